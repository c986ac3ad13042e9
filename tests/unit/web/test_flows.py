"""Kratos' flows as forms: its nodes, its messages, whatever it asks for."""

from typing import Any

from services.web.forms.faults import Fault
from services.web.forms.flow_fields import FIELDS
from services.web.forms.flows import FlowForm, for_kratos, read_flow, read_ways, told


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


def test_what_is_wrong_is_summed_up_with_the_ids_of_its_fields() -> None:
    wrong = [{"id": 4000032, "type": "error", "text": "x", "context": {"min_length": 8}}]
    form = flow(
        node("text", "traits.name"),
        node("password", "password", messages=wrong),
        messages=[{"id": 1, "type": "error", "text": "Not so."}],
    )
    form.group = "password"
    assert [form.id_of(one) for one in form.fields] == ["password-traits-name", "password-password"]
    assert form.faults == [
        Fault("Not so."),
        Fault("Use at least 8 characters.", "Password", "password-password"),
    ]


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
    allowed = {"csrf_token", "identifier"}
    assert for_kratos(fields, allowed) == {"csrf_token": "theirs", "identifier": "a"}


def test_what_was_not_asked_for_goes_nowhere() -> None:
    fields = {"traits.admin": "yes", "kratos.traits.admin": "yes", "csrf_token": "ours"}
    assert for_kratos(fields, FIELDS["settings"]) == {}


def test_a_field_sent_under_both_names_is_told_as_kratos_gets_it() -> None:
    """Else a try at one address would be counted under another."""
    both = [("identifier", "eve@example.org"), ("kratos.identifier", "ada@example.org")]
    for sent in (both, both[::-1]):
        fields = dict(sent)
        assert told(fields, "identifier") == for_kratos(fields, {"identifier"})["identifier"]
    assert told({"flow": "f"}, "identifier") == ""


NODES = [
    node("text", "identifier", required=True),
    node("hidden", "csrf_token", value="c"),
    node("password", "password", "password"),
    node("submit", "method", "password", value="password"),
    node("hidden", "passkey_login", "passkey"),
    node("button", "passkey_login_trigger", "passkey", value="{}"),
    {"type": "script", "group": "webauthn", "attributes": {"src": "https://evil.example/x.js"}},
]


def test_each_way_is_a_form_and_what_all_ask_for_stands_in_the_first() -> None:
    said = [{"id": 4000006, "type": "error", "text": "x"}]
    flow = {"id": "f", "ui": {"nodes": NODES, "messages": said}}
    ways = read_ways(flow, ("password", "passkey", "webauthn", "code"))
    assert [way.group for way in ways] == ["password", "passkey"]
    assert [[field.name for field in way.fields] for way in ways] == [
        ["identifier", "password"],
        [],
    ]
    assert ("csrf_token", "c") in ways[1].hidden
    assert ways[1].shown["passkey_login_trigger"] == "{}"
    assert [bool(way.errors) for way in ways] == [True, False]


def test_a_flow_without_a_way_is_still_a_form() -> None:
    assert [way.hidden for way in read_ways({}, ("password",))] == [[]]


def test_a_trait_that_nobody_filled_in_does_not_go_back_as_an_empty_one() -> None:
    form = flow(node("hidden", "traits.name"), node("hidden", "traits.email", value="a@b.c"))
    assert form.hidden == [("traits.email", "a@b.c")]


def test_secrets_and_pictures_are_shown_by_their_ids() -> None:
    secret = {"id": "totp_secret_key", "text": {"context": {"secret": "ABC"}}}
    form = flow(
        {"type": "text", "attributes": secret},
        {"type": "img", "attributes": {"id": "totp_qr", "src": "data:image/png;base64,AA=="}},
    )
    assert form.shown["totp_secret_key"] == {"secret": "ABC"}
    assert form.shown["totp_qr"] == "data:image/png;base64,AA=="
