"""What people type into a field, in order; and the problem that one field is to blame for."""

import re
from collections.abc import Callable
from urllib.parse import urlsplit

from pydantic import ValidationError

from shared.errors import FieldError, Invalid

# What mail servers agree on: one @, no blanks, a host with a dot; RFC 5321 §4.5.3.1 for lengths.
EMAIL = re.compile(
    r"[^@\s\x00-\x1f<>,;:\"()\[\]\\]{1,64}@[a-z0-9](?:[a-z0-9-]*\.)+[a-z0-9-]{2,63}", re.IGNORECASE
)
EMAIL_LONGEST = 254


def invalid(field: str, message: str) -> Invalid:
    """The problem that one field is to blame for."""
    return Invalid(f"{field}: {message}", errors=[FieldError(field=field, message=message)])


def not_valid(error: ValidationError) -> Invalid:
    """What pydantic says, field by field, without repeating what was sent."""
    fields = [
        FieldError(
            field=".".join(str(part) for part in one["loc"]),
            message=one["msg"].removeprefix("Value error, "),
        )
        for one in error.errors(include_url=False, include_input=False)
    ]
    said = "; ".join(f"{one['field']}: {one['message']}" for one in fields)
    return Invalid(said or "The request is not valid.", errors=fields)


def checked(field: str, text: str, check: Callable[[str], str]) -> str:
    """What the check makes of the text; raises Invalid where it raises ValueError."""
    try:
        return check(text)
    except ValueError as wrong:
        raise invalid(field, str(wrong)) from None


def one_line(field: str, text: str) -> str:
    """The text in one line, without what cannot be seen; raises Invalid where nothing is left.

    Control characters could break a header or a log line, bidirectional marks could make one name
    look like another.
    """
    line = " ".join("".join(c if c.isprintable() else " " for c in text).split())
    if not line:
        raise invalid(field, "must have at least one visible character")
    return line


def email_address(field: str, text: str) -> str:
    """The address in the one form in which addresses are compared; raises Invalid."""
    email = text.strip().lower()
    if not is_email_address(email):
        raise invalid(field, "is not an e-mail address as it is written")
    return email


def is_email_address(text: str) -> bool:
    """Whether it looks like one; only a message sent there can prove more."""
    return len(text) <= EMAIL_LONGEST and text.isascii() and bool(EMAIL.fullmatch(text))


def is_web_address(text: str) -> bool:
    """Whether browsers open it as it is written, and nobody is named before its host."""
    try:
        parts = urlsplit(text)
        is_whole = parts.scheme in {"http", "https"} and bool(parts.hostname) and parts.port != 0
    except ValueError:
        return False
    return is_whole and "@" not in parts.netloc and text.isprintable() and not {" ", '"'} & {*text}
