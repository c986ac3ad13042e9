"""What every snapshot keeps to."""

import pytest
from pydantic import Field, ValidationError

from shared.contracts.base import Snapshot


class Thing(Snapshot):
    """Something with a limit."""

    name: str = Field(max_length=3)
    parts: list[Snapshot] = Field(default_factory=list)


def test_a_change_is_held_to_the_form_of_the_thing() -> None:
    before = Thing(name="abc", parts=[Snapshot(version=1)])
    assert before.changed(name="abd", version=2) == Thing(name="abd", parts=before.parts, version=2)
    with pytest.raises(ValidationError):
        before.changed(name="abcd")
