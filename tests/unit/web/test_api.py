"""The JSON API's own part: its description, its errors, what it shows of an account."""

import inspect
from typing import Any

import httpx
import jsonschema_rs
import pytest
from fastapi import FastAPI

from services.web.api.app import ROUTES, create_api
from services.web.api.document import called_by, openapi_of
from services.web.api.models import AccountView, NewOrganization, NewRepository
from services.web.api.problems import add_problem_handlers
from services.web.entrance import LARGEST_BODY, Body
from services.web.forms.reading import LIMIT
from services.web.views.docs import operations_of
from shared.contracts.accounts import Account, Role
from shared.contracts.base import now
from shared.errors import Conflict, Unauthenticated, Unavailable

ADA = Account(
    account_uid="01A",
    account_id="ada",
    kind="individual",
    name="Ada",
    created_at=now(),
    admin=True,
    disabled=True,
    roles={"01N": Role.OWNER},
)


@pytest.fixture(scope="module")
def schema() -> dict[str, Any]:
    return openapi_of(create_api())


def test_nothing_of_an_account_is_shown_that_is_not_everyone_s() -> None:
    shown = AccountView.of(ADA, "https://data.example.org").model_dump()
    assert shown.keys() == {
        *("account_uid", "account_id", "kind", "name", "bio", "created_at"),
        *("location", "websites", "contact_email", "orcid", "ror", "domains", "avatar_url"),
    }


def test_every_operation_is_described_and_says_how_it_fails(schema: dict[str, Any]) -> None:
    for path, methods in schema["paths"].items():
        for method, operation in methods.items():
            assert operation["summary"], (method, path)
            assert operation["description"], (method, path)
            headers = {one["name"] for one in operation.get("parameters", ())}
            assert ("422" in operation["responses"]) is ("idempotency-key" in headers)
            for status, answer in operation["responses"].items():
                if status == "414":
                    assert "content" not in answer
                elif status >= "4":
                    assert list(answer["content"]) == ["application/problem+json"]


def test_the_document_says_where_it_is_and_how_to_sign_in(schema: dict[str, Any]) -> None:
    assert schema["servers"] == [{"url": "/api/v1"}]
    assert schema["components"]["securitySchemes"]["access_key"]["scheme"] == "bearer"


def test_the_docs_page_lists_every_operation(schema: dict[str, Any]) -> None:
    assert len(operations_of(schema)) == sum(len(methods) for methods in schema["paths"].values())


def failing() -> FastAPI:
    app = FastAPI()
    add_problem_handlers(app)

    @app.get("/problem")
    async def problem() -> None:
        raise Conflict("It is there already.")

    @app.get("/unauthenticated")
    async def unauthenticated() -> None:
        raise Unauthenticated

    @app.get("/unavailable")
    async def unavailable() -> None:
        raise Unavailable

    @app.get("/failure")
    async def failure() -> None:
        raise RuntimeError("a secret detail")

    @app.post("/body")
    async def body(wanted: NewRepository) -> str:
        return wanted.title

    @app.post("/account")
    async def account(wanted: NewOrganization) -> str:
        return wanted.name

    return app


async def send(method: str, path: str, **more: Any) -> httpx.Response:
    transport = httpx.ASGITransport(failing(), raise_app_exceptions=False)
    async with httpx.AsyncClient(transport=transport, base_url="http://x") as client:
        return await client.request(method, path, **more)


@pytest.mark.parametrize(
    ("method", "path", "status", "code"),
    [
        ("GET", "/problem", 409, "conflict"),
        ("GET", "/unauthenticated", 401, "unauthenticated"),
        ("GET", "/unavailable", 503, "unavailable"),
        ("GET", "/failure", 500, "internal"),
        ("GET", "/nope", 404, "not-found"),
    ],
)
async def test_every_error_is_a_problem(method: str, path: str, status: int, code: str) -> None:
    response = await send(method, path)
    assert response.status_code == status
    assert response.headers["content-type"] == "application/problem+json"
    assert response.json()["type"] == f"urn:coop:problem:{code}"
    assert "secret" not in response.text


async def test_a_method_that_there_is_not_is_a_problem_too() -> None:
    response = await send("DELETE", "/problem")
    assert response.status_code == 405
    assert response.headers["content-type"] == "application/problem+json"
    assert response.json()["status"] == 405
    assert response.headers["allow"] == "GET"


async def test_who_must_sign_in_is_told_how() -> None:
    assert (await send("GET", "/unauthenticated")).headers["www-authenticate"] == "Bearer"


@pytest.mark.parametrize(
    ("body", "field"),
    [
        ({"account_id": "noaa", "repository_id": "Mask", "title": "x"}, "repository_id"),
        ({"account_id": "noaa", "repository_id": "mask"}, "title"),
        ({"account_id": "noaa", "repository_id": "mask", "title": "x", "titel": "y"}, "titel"),
        ({"account_id": "noaa", "repository_id": "mask", "title": "x", "tags": [""]}, "tags.0"),
    ],
)
async def test_a_bad_field_is_named(body: dict[str, Any], field: str) -> None:
    response = await send("POST", "/body", json=body)
    assert response.status_code == 400
    assert [one["field"] for one in response.json()["errors"]] == [field]


CHARACTERS = "may hold lower-case letters, digits and single hyphens between them"


@pytest.mark.parametrize(
    ("name", "said"),
    [
        ("a/b", CHARACTERS),
        ("../etc", CHARACTERS),
        ("...", CHARACTERS),
        ("Noaa", CHARACTERS),
        ("no--aa", CHARACTERS),
        ("noaa\n", CHARACTERS),
        ("-noaa", CHARACTERS),
        ("noaa\0", CHARACTERS),
        ("n\u043eaa", CHARACTERS),
        ("\uff4eoaa", CHARACTERS),
        ("no\u200baa", CHARACTERS),
        ("no", "must have 3 to 40 characters"),
        ("n" * 41, "must have 3 to 40 characters"),
        ("admin", "is reserved; choose another"),
        ("static", "is reserved; choose another"),
    ],
)
async def test_a_name_that_cannot_be_is_refused_with_its_reason(name: str, said: str) -> None:
    response = await send("POST", "/account", json={"account_id": name, "name": "x"})
    assert response.status_code == 400
    assert response.json()["errors"] == [{"field": "account_id", "message": said}]


@pytest.mark.parametrize(
    "more",
    [
        {"kind": "individual"},
        {"identity_id": "x"},
        {"admin": True},
        {"disabled": False},
        {"account_uid": "01"},
        {"actor": {"kind": "service", "service": "web"}},
    ],
    ids=str,
)
async def test_nothing_can_be_set_that_was_not_asked_for(more: dict[str, Any]) -> None:
    response = await send("POST", "/account", json={"account_id": "noaa", "name": "x"} | more)
    assert response.status_code == 400
    assert response.json()["errors"] == [
        {"field": next(iter(more)), "message": "Extra inputs are not permitted"}
    ]


@pytest.mark.parametrize(
    ("content", "said"),
    [
        (b"", "body: Field required"),
        (b"{", "body: is no valid JSON: Expecting property name"),
        (b"\xff", "body: is no JSON that can be read"),
        (b"[]", "body: Input should be a valid dictionary"),
        (b"[" * 100_000, "body: is no JSON that can be read"),
        (b'{"title": ' + b"9" * 5000 + b"}", "body: is no JSON that can be read"),
        (b'{"title": "\\ud800", "account_id": "a", "repository_id": "abc"}', "title: Input should"),
    ],
    ids=range(7),
)
async def test_a_bad_body_is_never_our_failure(content: bytes, said: str) -> None:
    headers = {"content-type": "application/json"}
    response = await send("POST", "/body", content=content, headers=headers)
    assert response.status_code == 400
    assert response.headers["content-type"] == "application/problem+json"
    assert response.json()["detail"].startswith(said)


async def test_a_body_that_is_too_large_is_told_so() -> None:
    app = failing()

    async def limiting(scope: Any, receive: Any, sending: Any) -> None:
        scope[LIMIT] = LARGEST_BODY
        await app(scope, Body(receive, scope, is_whole=False).limited, sending)

    transport = httpx.ASGITransport(limiting, raise_app_exceptions=False)
    async with httpx.AsyncClient(transport=transport, base_url="http://x") as client:
        response = await client.post("/body", json={"title": "x" * LARGEST_BODY})
    assert (response.status_code, response.json()["type"]) == (413, "urn:coop:problem:too-large")


def contents(schema: dict[str, Any]) -> list[tuple[str, dict[str, Any]]]:
    """Every body of the document, with where it stands."""
    return [
        (f"{method} {path} {where}", media)
        for path, methods in schema["paths"].items()
        for method, operation in methods.items()
        for where, body in {
            "body": operation.get("requestBody", {}),
            **operation["responses"],
        }.items()
        for kind, media in body.get("content", {}).items()
        if kind.endswith("json")
    ]


def referred(schema: dict[str, Any], media: dict[str, Any]) -> dict[str, Any]:
    found: dict[str, Any] = schema["components"]["schemas"][media["schema"]["$ref"].split("/")[-1]]
    return found


def test_every_body_and_every_parameter_has_an_example(schema: dict[str, Any]) -> None:
    lacking = [
        where
        for where, media in contents(schema)
        if "example" not in media and not referred(schema, media).get("examples")
    ]
    lacking += [
        f"{method} {path} {parameter['name']}"
        for path, methods in schema["paths"].items()
        for method, operation in methods.items()
        for parameter in operation.get("parameters", [])
        if "example" not in parameter
    ]
    assert lacking == []


def test_no_body_takes_more_than_its_schema_names(schema: dict[str, Any]) -> None:
    sent = [(where, media) for where, media in contents(schema) if where.endswith(" body")]
    assert len(sent) > 20
    for where, media in sent:
        assert referred(schema, media)["additionalProperties"] is False, where


def test_every_example_is_what_its_schema_says(schema: dict[str, Any]) -> None:
    for name, part in schema["components"]["schemas"].items():
        for example in part.get("examples", []):
            whole = {"$ref": f"#/components/schemas/{name}", "components": schema["components"]}
            wrong = [one.message for one in jsonschema_rs.validator_for(whole).iter_errors(example)]
            assert wrong == [], name


def test_every_list_is_paged(schema: dict[str, Any]) -> None:
    """But for an organization's domains, of which it has five at most, and suggestions, a dozen."""
    unpaged = []
    for path, methods in schema["paths"].items():
        if "get" not in methods:
            continue
        content = methods["get"]["responses"]["200"]["content"]
        told = content.get("application/json", {}).get("schema", {}).get("$ref", "")
        fields = schema["components"]["schemas"].get(told.split("/")[-1], {}).get("properties", {})
        asked = {one["name"] for one in methods["get"].get("parameters", ())}
        is_list = len(fields.keys() - {"cursor", "total"}) == 1 and any(
            one.get("type") == "array" for one in fields.values()
        )
        if is_list and not asked >= {"limit", "cursor"}:
            unpaged.append(path)
        assert ("cursor" in fields) is ("cursor" in asked), path
    assert unpaged == ["/accounts/{account_id}/domains", "/search/suggestions"]


def test_every_edit_takes_a_condition_and_every_creation_a_key(schema: dict[str, Any]) -> None:
    for path, methods in schema["paths"].items():
        for method, operation in methods.items():
            headers = {one["name"] for one in operation.get("parameters", ())}
            if method in {"put", "patch"}:
                assert "if-match" in headers, (method, path)
            if "201" in operation["responses"]:
                assert "idempotency-key" in headers, (method, path)


def test_every_operation_says_with_which_problems_it_answers(schema: dict[str, Any]) -> None:
    for path, methods in schema["paths"].items():
        for method, operation in methods.items():
            problems = {status for status in operation["responses"] if status >= "4"}
            assert {"400", "401", "404", "429", "503"} <= problems, (method, path)
            assert ("413" in problems) == ("requestBody" in operation), (method, path)


def test_an_operation_for_who_is_signed_in_alone_says_so(schema: dict[str, Any]) -> None:
    assert schema["paths"]["/account"]["get"]["security"] == [{"access_key": []}]
    assert schema["paths"]["/repositories"]["get"]["security"] == [{}, {"access_key": []}]


def test_no_operation_waits_for_a_thread() -> None:
    """What is no coroutine runs in a thread of its own, which costs as much as a short answer."""
    called = {one for route in ROUTES for one in called_by(route.dependant)}
    assert [one for one in called if not inspect.iscoroutinefunction(one)] == []
