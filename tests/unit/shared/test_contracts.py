"""What every snapshot keeps to."""

import pytest
from pydantic import Field, ValidationError

from shared.contracts.accounts import CreateAccessKey, GrantRole
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


def test_a_time_that_is_chosen_can_be_shown_in_any_zone() -> None:
    beyond = "9999-12-31T23:59:59-23:59"
    with pytest.raises(ValidationError, match="is beyond the calendar"):
        GrantRole.model_validate({"member_uid": "01A", "role": "reader", "until": beyond})
    with pytest.raises(ValidationError, match="is beyond the calendar"):
        CreateAccessKey.model_validate({"account_uid": "01A", "expires_at": beyond})
    last = {"account_uid": "01A", "expires_at": "9999-12-31T23:59:59+01:00"}
    chosen = CreateAccessKey.model_validate(last).expires_at
    assert chosen is not None
    assert chosen.isoformat() == "9999-12-31T22:59:59+00:00"
