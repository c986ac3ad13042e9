"""Kratos' self-service flows as forms: read from their ui nodes, whatever they ask for."""

from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any

from services.web.forms.flow_words import (
    AUTOCOMPLETE,
    BUTTONS,
    BY_FIELD,
    HELP,
    LABELS,
    NOT_VALID,
    STEPS,
    TYPES,
    WORDS,
)

KRATOS_PREFIX = "kratos."
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


@dataclass(frozen=True, slots=True)
class FlowButton:
    """One way to send the form; `skips` where it must not ask for the fields to be filled."""

    name: str
    value: str
    label: str
    skips: bool = False


@dataclass(slots=True)
class FlowForm:
    """A flow as a page shows it. `hidden` goes back to Kratos as it came."""

    flow_id: str
    fields: list[FlowField] = field(default_factory=list)
    hidden: list[tuple[str, str]] = field(default_factory=list)
    buttons: list[FlowButton] = field(default_factory=list)
    errors: list[str] = field(default_factory=list)
    messages: list[str] = field(default_factory=list)

    @property
    def is_refused(self) -> bool:
        """Whether something has to be mended."""
        return bool(self.errors) or any(one.error for one in self.fields)


def read_flow(flow: Mapping[str, Any], typed: Mapping[str, str] | None = None) -> FlowForm:
    """The form of a flow; `typed` keeps what was filled in where a new flow knows nothing of it."""
    ui = flow.get("ui") or {}
    form = FlowForm(str(flow.get("id", "")))
    for message in ui.get("messages") or ():
        (form.errors if message.get("type") == "error" else form.messages).append(_say(message))
    for node in ui.get("nodes") or ():
        if node.get("type") == "input":
            _place(form, node, typed or {})
    form.buttons.sort(key=lambda button: button.skips)
    return form


def for_kratos(fields: Mapping[str, str], own: Iterable[str]) -> dict[str, str]:
    """What goes on to Kratos: its hidden fields unwrapped, ours left out."""
    left_out = set(own)
    return {
        name.removeprefix(KRATOS_PREFIX): value
        for name, value in fields.items()
        if name not in left_out
    }


def _place(form: FlowForm, node: Node, typed: Mapping[str, str]) -> None:
    attributes = node["attributes"]
    kind, name = attributes.get("type", "text"), attributes["name"]
    value = attributes.get("value")
    text = "" if value is None else str(value)
    if kind == "hidden":
        form.hidden.append((name, text))
    elif kind in {"submit", "button"}:
        form.buttons.append(_button(node, name, text))
    else:
        form.fields.append(_field(node, name, text or typed.get(name, "")))


def _field(node: Node, name: str, value: str) -> FlowField:
    attributes = node["attributes"]
    kind = TYPES.get(name) or str(attributes.get("type", "text"))
    errors = [_say(message, name) for message in node.get("messages") or ()]
    return FlowField(
        name=name,
        label=LABELS.get(name) or _label(node) or name,
        type=kind,
        value="" if kind == "password" else value,
        required=bool(attributes.get("required")),
        autocomplete=str(attributes.get("autocomplete") or AUTOCOMPLETE.get(name, "")),
        help=HELP.get(str(attributes.get("autocomplete") or name), ""),
        error=" ".join(errors),
    )


def _button(node: Node, name: str, value: str) -> FlowButton:
    label_id = int(((node.get("meta") or {}).get("label") or {}).get("id") or 0)
    label = STEPS.get(value) or BUTTONS.get(label_id) or _label(node) or "Go on"
    return FlowButton(name, value, label, skips=name != "method")


def _label(node: Node) -> str:
    return str(((node.get("meta") or {}).get("label") or {}).get("text", ""))


def _say(message: Mapping[str, Any], name: str = "") -> str:
    if message.get("id") == NOT_VALID and name in BY_FIELD:
        return BY_FIELD[name]
    known = WORDS.get(message.get("id", 0))
    context = defaultdict(str, message.get("context") or {})
    return known.format_map(context) if known else str(message.get("text", ""))
