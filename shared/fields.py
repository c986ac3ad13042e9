"""What people type into a field, in order; and the problem that one field is to blame for."""

import re

from pydantic import ValidationError

from shared.errors import FieldError, Invalid

# What mail servers agree on: one @, no blanks, a host with a dot; RFC 5321 §4.5.3.1 for lengths.
EMAIL = re.compile(r"[^@\s\x00-\x1f<>,;:\"()\[\]\\]{1,64}@[a-z0-9](?:[a-z0-9-]*\.)+[a-z0-9-]{2,63}")
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
    if len(email) > EMAIL_LONGEST or not email.isascii() or not EMAIL.fullmatch(email):
        raise invalid(field, "is not an e-mail address as it is written")
    return email
