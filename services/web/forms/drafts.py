"""A form that could not be taken now and must not be lost: carried along, shown, sent again."""

from collections.abc import Mapping
from dataclasses import dataclass

import orjson

from services.web.addresses import own_address
from services.web.forms.connections import HALVES
from shared.errors import Invalid

LEFT_OUT = {"csrf_token", "version", "return_to"}
# As the forms call them; other fields are called by their names.
LABELS = {"account_id": "Account", "repository_id": "Name", "bio": "About", "key": "File"}


@dataclass(frozen=True, slots=True)
class Draft:
    """Where it was going, and what was in it."""

    action: str
    fields: Mapping[str, str]

    @property
    def shown(self) -> list[tuple[str, str]]:
        """The fields as people read them; empty ones say nothing."""
        return [
            (LABELS.get(name) or name.replace("_", " ").capitalize(), value)
            for name, value in self.fields.items()
            if value and name not in LEFT_OUT
        ]


def make_draft(action: str, fields: Mapping[str, str]) -> Draft:
    """A form as it came; a token of the old session is of no use, and secrets are typed again."""
    # Who gives up a key names its id alone, and that is no secret.
    left_out = {"csrf_token"} | (HALVES if "secret_access_key" in fields else set())
    return Draft(action, {name: one for name, one in fields.items() if name not in left_out})


def pack(draft: Draft) -> str:
    """As the value of a hidden field."""
    return orjson.dumps({"action": draft.action, "fields": dict(draft.fields)}).decode()


def unpack(text: str) -> Draft:
    """What `pack` made. It leads nowhere but into this site. Invalid for anything else."""
    try:
        read = orjson.loads(text)
        fields = {str(name): str(value) for name, value in read["fields"].items()}
        return Draft(own_address(read["action"]), fields)
    except (orjson.JSONDecodeError, KeyError, TypeError, AttributeError):
        raise Invalid("The form could not be read.") from None
