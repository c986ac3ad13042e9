"""Events keep to CloudEvents 1.0, and no name can bend their subject."""

from typing import ClassVar

import orjson
from hypothesis import given
from hypothesis import strategies as st

from shared.cloudevents import Event, EventData, envelop, token


class ThingHappened(EventData):
    owner: ClassVar[str] = "storage"
    event: ClassVar[str] = "thing_happened"

    account_id: str
    repository_id: str


def test_an_event_has_the_required_attributes_and_its_version() -> None:
    data = ThingHappened(account_id="noaa", repository_id="mask")
    event = envelop(data, aggregate="abc", version=7, actor="01A", correlation="c")
    body = orjson.loads(event.model_dump_json())
    assert body["specversion"] == "1.0"
    assert body["id"] == "abc:7"
    assert body["source"] == "/coop/storage"
    assert body["type"] == "coop.storage.thing_happened.v1"
    assert body["subject"] == "noaa/mask"
    assert body["sequence"] == "7"
    assert body["data"] == {"account_id": "noaa", "repository_id": "mask"}
    assert Event[ThingHappened].model_validate(body).version == 7


def test_fields_of_a_later_release_are_passed_over() -> None:
    data = ThingHappened(account_id="noaa", repository_id="mask")
    body = orjson.loads(envelop(data, aggregate="a", version=1).model_dump_json())
    body["data"]["new"] = body["newer"] = 1
    assert Event[ThingHappened].model_validate(body).data == data


@given(st.text(), st.text())
def test_tokens_are_plain_and_tell_names_apart(one: str, other: str) -> None:
    try:
        first, second = token(one), token(other)
    except UnicodeEncodeError:
        return
    assert (first == second) == (one == other)
    assert set(first) <= set("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789=-_")
    assert first


def test_a_subject_has_five_levels_whatever_the_names() -> None:
    data = ThingHappened(account_id="a.b.>", repository_id="*")
    assert data.nats_subject == "coop.v1.storage.a=2Eb=2E=3E.=2A.thing_happened"
