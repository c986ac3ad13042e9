"""What people type into a field, in order; and the problem that one field is to blame for."""

from shared.errors import FieldError, Invalid


def invalid(field: str, message: str) -> Invalid:
    """The problem that one field is to blame for."""
    return Invalid(f"{field}: {message}", errors=[FieldError(field=field, message=message)])


def one_line(field: str, text: str) -> str:
    """The text in one line, without what cannot be seen; raises Invalid where nothing is left.

    Control characters could break a header or a log line, bidirectional marks could make one name
    look like another.
    """
    line = " ".join("".join(c if c.isprintable() else " " for c in text).split())
    if not line:
        raise invalid(field, "must have at least one visible character")
    return line
