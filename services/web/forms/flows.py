"""Kratos' self-service flows as forms: read from their ui nodes, one form for each way to go on."""

from collections import defaultdict
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from services.web.forms.faults import Fault
from services.web.forms.flow_words import (
    AUTOCOMPLETE,
    BUTTONS,
    BY_FIELD,
    FIGURES,
    HELP,
    LABELS,
    NOT_VALID,
    TYPES,
    WORDS,
)

KRATOS_PREFIX = "kratos."
# The group of nodes that every way shares, and of the fields in it the way that asks for them.
SHARED = "default"
Node = Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class FlowField:
    """One field to fill in."""

    name: str
    label: str
    type: str = "text"
    value: str = ""
    required: bool = False
    autocomplete: str = ""
    help: str = ""
    error: str = ""

    @property
    def is_figures(self) -> bool:
        """Whether a phone should show its number keys."""
        return self.name in FIGURES


@dataclass(frozen=True, slots=True)
class FlowButton:
    """One way to send the form; `skips` where it must not ask for the fields to be filled."""

    name: str
    value: str
    label: str
    skips: bool = False


@dataclass(slots=True)
class FlowForm:
    """One way through a flow as a page shows it. `hidden` goes back to Kratos as it came.

    `shown` is what is told beside: secrets and pictures by id, options of security keys by name.
    """

    flow_id: str
    group: str = ""
    fields: list[FlowField] = field(default_factory=list)
    hidden: list[tuple[str, str]] = field(default_factory=list)
    buttons: list[FlowButton] = field(default_factory=list)
    errors: list[str] = field(default_factory=list)
    messages: list[str] = field(default_factory=list)
    shown: dict[str, Any] = field(default_factory=dict)

    @property
    def is_refused(self) -> bool:
        """Whether something has to be mended."""
        return bool(self.errors) or any(one.error for one in self.fields)

    @property
    def faults(self) -> list[Fault]:
        """What is wrong with the whole, then what is at its fields."""
        wrong = (one for one in self.fields if one.error)
        return [
            *map(Fault, self.errors),
            *(Fault(one.error, one.label, self.id_of(one)) for one in wrong),
        ]

    def id_of(self, one: FlowField) -> str:
        """A field's own on its page: several ways may ask for one of the same name."""
        return "-".join(filter(None, (self.group, one.name.replace(".", "-"))))


def read_flow(flow: Mapping[str, Any], typed: Mapping[str, str] | None = None) -> FlowForm:
    """All of a flow as one form; `typed` keeps what was filled in where a new one knows nothing."""
    ui = flow.get("ui") or {}
    form = FlowForm(str(flow.get("id", "")))
    for message in ui.get("messages") or ():
        (form.errors if message.get("type") == "error" else form.messages).append(_say(message))
    for node in ui.get("nodes") or ():
        _place(form, node, typed or {})
    form.buttons.sort(key=lambda button: button.skips)
    return form


def read_ways(
    flow: Mapping[str, Any], groups: Sequence[str], typed: Mapping[str, str] | None = None
) -> list[FlowForm]:
    """A form for each of these ways that the flow offers, in this order.

    What is asked for by all belongs to the first; the others get its hidden fields alone, and
    what is said about the whole flow stands above the first.
    """
    ui = flow.get("ui") or {}
    nodes = ui.get("nodes") or ()
    asked = {node.get("group") for node in nodes if node.get("type") == "input"}
    offered = [group for group in groups if group in asked]
    ways: list[FlowForm] = []
    for group in offered or [SHARED]:
        kept = [node for node in nodes if _belongs(node, group, is_first=not ways)]
        messages = () if ways else ui.get("messages") or ()
        part = {"id": flow.get("id", ""), "ui": {"nodes": kept, "messages": messages}}
        way = read_flow(part, typed)
        way.group = group
        ways.append(way)
    return ways


def for_kratos(fields: Mapping[str, str], allowed: Collection[str]) -> dict[str, str]:
    """What goes on to Kratos: its hidden fields unwrapped, and nothing that was not asked for."""
    unwrapped = {
        name.removeprefix(KRATOS_PREFIX): value
        for name, value in fields.items()
        if name.startswith(KRATOS_PREFIX) or name != "csrf_token"
    }
    return {name: value for name, value in unwrapped.items() if name in allowed}


def told(fields: Mapping[str, str], name: str) -> str:
    """A field of Kratos' as it goes on, whether it was typed or went along."""
    return for_kratos(fields, {name}).get(name, "")


def _belongs(node: Node, group: str, *, is_first: bool) -> bool:
    if node.get("group") != SHARED:
        return bool(node.get("group") == group)
    return is_first or node["attributes"].get("type") == "hidden"


def _place(form: FlowForm, node: Node, typed: Mapping[str, str]) -> None:
    attributes = node["attributes"]
    if node.get("type") != "input":
        _show(form, node, attributes)
        return
    kind, name = attributes.get("type", "text"), attributes["name"]
    value = attributes.get("value")
    text = "" if value is None else str(value)
    if kind == "hidden":
        _hide(form, name, text)
    elif kind == "button":
        form.shown[name] = text
    elif kind == "submit":
        form.buttons.append(_button(node, name, text))
    else:
        form.fields.append(_field(node, name, text or typed.get(name, "")))


def _hide(form: FlowForm, name: str, text: str) -> None:
    """Traits that nobody filled in are left out: empty is not the same as not given."""
    form.shown[name] = text
    if text or not name.startswith("traits."):
        form.hidden.append((name, text))


def _show(form: FlowForm, node: Node, attributes: Mapping[str, Any]) -> None:
    if node.get("type") == "text":
        form.shown[str(attributes.get("id"))] = attributes["text"].get("context") or {}
    elif node.get("type") == "img":
        form.shown[str(attributes.get("id"))] = attributes["src"]


def _field(node: Node, name: str, value: str) -> FlowField:
    attributes = node["attributes"]
    kind = TYPES.get(name) or str(attributes.get("type", "text"))
    errors = [_say(message, name) for message in node.get("messages") or ()]
    autocomplete = AUTOCOMPLETE.get(name) or str(attributes.get("autocomplete") or "")
    return FlowField(
        name=name,
        label=LABELS.get(name) or _label(node) or name,
        type=kind,
        value="" if kind == "password" else value,
        required=bool(attributes.get("required")),
        autocomplete=autocomplete,
        help=HELP.get(autocomplete) or HELP.get(name, ""),
        error=" ".join(errors),
    )


def _button(node: Node, name: str, value: str) -> FlowButton:
    meant = (node.get("meta") or {}).get("label") or {}
    known = BUTTONS.get(int(meant.get("id") or 0), "")
    label = known.format_map(_context(meant)) or _label(node) or "Go on"
    return FlowButton(name, value, label, skips=name != "method")


def _label(node: Node) -> str:
    return str(((node.get("meta") or {}).get("label") or {}).get("text", ""))


def _say(message: Mapping[str, Any], name: str = "") -> str:
    if message.get("id") == NOT_VALID and name in BY_FIELD:
        return BY_FIELD[name]
    known = WORDS.get(message.get("id", 0))
    return known.format_map(_context(message)) if known else str(message.get("text", ""))


def _context(message: Mapping[str, Any]) -> Mapping[str, Any]:
    return defaultdict(str, message.get("context") or {})
