"""The documents are generated from the code as it is, and real messages are as they say."""

import json
import re
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import jsonschema_rs
import pytest

from infra.documents.asyncapi import asyncapi
from infra.documents.messages import all_events
from infra.documents.openapi import openapi
from shared.cloudevents import envelop
from shared.contracts.accounts import AccessKeySealed, SealedAccessKey
from shared.contracts.base import now
from shared.contracts.storage import ObjectCreated, StoredObject
from shared.errors import Invalid

ASYNCAPI = Path("docs/asyncapi.json")
OPENAPI = Path("docs/openapi.json")


def document(path: Path = ASYNCAPI) -> dict[str, Any]:
    found: dict[str, Any] = json.loads(path.read_text())
    return found


def validator(schema: str) -> jsonschema_rs.Validator:
    whole = document()
    reference = {"$ref": f"#/components/schemas/{schema}"}
    return jsonschema_rs.validator_for(
        reference | {"components": whole["components"]}, validate_formats=True
    )


def upload(key: str = "data/a.tif") -> ObjectCreated:
    stored = StoredObject(
        object_uid="0" * 32,
        account_uid="01N",
        account_id="noaa",
        repository_uid="01R",
        repository_id="mask",
        key=key,
        size=3,
        etag="e",
        checksums={"crc64nvme": "AAAAAAAAAAA="},
        last_modified=now(),
        version=1_700_000_000_000_000,
    )
    return ObjectCreated(account_id="noaa", repository_id="mask", object=stored)


def sent(key: str = "data/a.tif") -> dict[str, Any]:
    event = envelop(upload(key), aggregate="0" * 32, version=1_700_000_000_000_000, actor="01A")
    body: dict[str, Any] = json.loads(event.model_dump_json())
    return body


@pytest.mark.parametrize(("path", "generate"), [(ASYNCAPI, asyncapi), (OPENAPI, openapi)])
def test_the_committed_document_is_of_today(
    path: Path, generate: Callable[[], dict[str, Any]]
) -> None:
    assert document(path) == json.loads(json.dumps(generate())), (
        f"{path} is not what the code says: run `python -m infra.documents` and commit it"
    )


@pytest.mark.parametrize("key", ["data/a.tif", "nul\0cr\rlf\n", "ü/\u202e/😀"])
def test_an_event_as_it_is_sent_is_as_the_document_says(key: str) -> None:
    validator("ObjectCreated.event").validate(sent(key))


@pytest.mark.parametrize(
    ("attribute", "value"),
    [
        ("specversion", "0.3"),
        ("type", "coop.storage.object_deleted.v1"),
        ("source", "/coop/indexer"),
        ("sequence", "-1"),
        ("time", "yesterday"),
        ("data", {}),
    ],
)
def test_another_event_is_not(attribute: str, value: object) -> None:
    assert not validator("ObjectCreated.event").is_valid(sent() | {attribute: value})


def test_an_event_without_a_required_attribute_is_not() -> None:
    for attribute in ("specversion", "id", "source", "type", "sequence", "data"):
        rest = {name: value for name, value in sent().items() if name != attribute}
        assert not validator("ObjectCreated.event").is_valid(rest)


def test_events_have_what_cloudevents_asks_for() -> None:
    """CloudEvents 1.0.2 §3: the required attributes, and the form of each."""
    event = sent()
    assert event["specversion"] == "1.0"
    for name in ("id", "source", "type", "subject", "datacontenttype", "dataschema"):
        assert isinstance(event[name], str)
        assert event[name]
    assert re.fullmatch(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d+)?(Z|[+-]\d\d:\d\d)", event["time"])
    assert re.fullmatch(r"[a-z][a-z0-9+.-]*:\S+", event["dataschema"])
    for name in event.keys() - {"data"}:
        assert re.fullmatch(r"[a-z0-9]{1,20}", name)


def test_an_event_above_a_repository_still_has_a_subject() -> None:
    key = SealedAccessKey(access_key_id="AK1", account_uid="01A", sealed_secret="", version=1)
    data = AccessKeySealed(account_id="ada", repository_id="AK1", access_key=key)
    event = json.loads(envelop(data, aggregate="AK1", version=1).model_dump_json())
    validator("AccessKeySealed.event").validate(event)
    assert event["subject"]


def test_a_problem_is_as_the_document_says() -> None:
    problem = Invalid("No.", errors=[{"field": "title", "message": "is empty"}])
    validator("Problem").validate(problem.to_dict())


def test_subjects_follow_the_addresses() -> None:
    address = document()["channels"]["storage.object_created"]["address"]
    filled = address.replace("{account}", "noaa").replace("{repository}", "mask")
    assert upload().nats_subject == filled


def test_every_event_is_announced_by_its_owner_alone() -> None:
    operations = document()["operations"]
    senders = {
        operation["channel"]["$ref"].rpartition("/")[2]: name.partition(".")[0]
        for name, operation in operations.items()
        if operation["action"] == "send"
    }
    assert senders == {f"{event.owner}.{event.event}": event.owner for event in all_events()}


def test_sealed_credentials_are_heard_by_storage_only() -> None:
    operations = document()["operations"]
    hearing = {name for name in operations if name.endswith(".hear.accounts.access_key_sealed")}
    assert hearing == {"storage.hear.accounts.access_key_sealed"}


@pytest.mark.parametrize("path", [ASYNCAPI, OPENAPI])
def test_every_reference_leads_somewhere(path: Path) -> None:
    whole = document(path)
    for reference in references(whole):
        node: Any = whole
        for step in reference.removeprefix("#/").split("/"):
            assert step in node, f"{reference} leads nowhere"
            node = node[step]


def references(node: object) -> Iterator[str]:
    if isinstance(node, dict):
        if isinstance(node.get("$ref"), str):
            yield node["$ref"]
        node = list(node.values())
    if isinstance(node, list):
        for child in node:
            yield from references(child)
