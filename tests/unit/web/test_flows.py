"""Kratos' flows as forms: its nodes, its messages, whatever it asks for."""

from typing import Any

from services.web.forms.flows import FlowForm, for_kratos, read_flow


def node(kind: str, name: str, group: str = "default", **more: Any) -> dict[str, Any]:
    label = more.pop("label", {})
    messages = more.pop("messages", [])
    return {
        "type": "input",
        "group": group,
        "attributes": {"name": name, "type": kind, "node_type": "input", **more},
        "messages": messages,
        "meta": {"label": label} if label else {},
    }


def flow(*nodes: dict[str, Any], messages: list[dict[str, Any]] | None = None) -> FlowForm:
    return read_flow({"id": "f1", "ui": {"nodes": list(nodes), "messages": messages or []}})


def test_a_sign_in_form() -> None:
    form = flow(
        node("hidden", "csrf_token", value="c"),
        node("text", "identifier", required=True, value="a@example.org"),
        node("password", "password", "password", required=True, autocomplete="current-password"),
        node("submit", "method", "password", value="password", label={"id": 1010022, "text": "x"}),
    )
    assert form.hidden == [("csrf_token", "c")]
    assert [(one.name, one.label, one.type) for one in form.fields] == [
        ("identifier", "E-mail address", "email"),
        ("password", "Password", "password"),
    ]
    assert form.fields[0].value == "a@example.org"
    assert form.fields[0].autocomplete == "username"
    assert [(one.value, one.label) for one in form.buttons] == [("password", "Sign in")]
    assert not form.is_refused


def test_a_password_is_never_given_back() -> None:
    assert flow(node("password", "password", value="secret")).fields[0].value == ""


def test_an_error_stands_at_its_field_in_our_words() -> None:
    message = {"id": 4000032, "type": "error", "text": "x", "context": {"min_length": 8}}
    form = flow(node("password", "password", messages=[message]))
    assert form.fields[0].error == "Use at least 8 characters."
    assert form.is_refused


def test_a_message_we_have_no_words_for_is_told_as_it_came() -> None:
    form = flow(messages=[{"id": 1, "type": "info", "text": "Hello {x}"}])
    assert form.messages == ["Hello {x}"]
    assert not form.errors


def test_a_message_without_its_context_still_reads() -> None:
    assert flow(messages=[{"id": 4000032, "type": "error", "text": "x"}]).errors == [
        "Use at least  characters."
    ]


def test_refused_credentials_stand_above() -> None:
    form = flow(messages=[{"id": 4000006, "type": "error", "text": "x"}])
    assert form.errors == [
        "The e-mail address or the password is not right. Check both and try again."
    ]
    assert form.is_refused


def test_the_way_back_comes_after_the_way_on_and_asks_for_nothing() -> None:
    form = flow(
        node("submit", "screen", value="previous", label={"id": 1040008, "text": "Back"}),
        node("submit", "method", value="password", label={"id": 1040001, "text": "Sign up"}),
    )
    assert [(one.label, one.skips) for one in form.buttons] == [
        ("Register", False),
        ("Change the e-mail address", True),
    ]


def test_a_new_flow_keeps_what_was_typed() -> None:
    nodes = [node("text", "identifier"), node("password", "password")]
    form = read_flow({"id": "f", "ui": {"nodes": nodes}}, {"identifier": "a@b.c", "password": "p"})
    assert [one.value for one in form.fields] == ["a@b.c", ""]


def test_fields_of_unknown_kinds_are_asked_for_too() -> None:
    form = flow(node("tel", "traits.phone", label={"id": 1, "text": "Phone"}, required=True))
    assert (form.fields[0].label, form.fields[0].type) == ("Phone", "tel")


def test_pictures_and_scripts_are_left_out() -> None:
    script = {"type": "script", "attributes": {"src": "https://evil.example/x.js"}, "messages": []}
    assert flow(script) == FlowForm("f1")


def test_an_empty_answer_is_an_empty_form() -> None:
    assert read_flow({}) == FlowForm("")


def test_ours_stays_here_and_theirs_goes_on_unwrapped() -> None:
    fields = {"csrf_token": "ours", "kratos.csrf_token": "theirs", "flow": "f", "identifier": "a"}
    assert for_kratos(fields, ("csrf_token", "flow")) == {"csrf_token": "theirs", "identifier": "a"}
