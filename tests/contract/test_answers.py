"""Every request there is has an owner that answers it, and nothing else is answered."""

from importlib import import_module

import pytest

from infra.documents.messages import all_requests

OWNERS = ("accounts", "repositories", "storage", "indexer")


@pytest.mark.parametrize("owner", OWNERS)
def test_an_owner_answers_what_it_is_asked(owner: str) -> None:
    answered = import_module(f"services.{owner}.handlers").REQUESTS
    assert set(answered) == {one for one in all_requests() if one.owner == owner}
