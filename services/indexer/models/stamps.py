"""Times as text that sorts as the times do."""

from datetime import datetime


def stamp(moment: datetime) -> str:
    """RFC 3339 in UTC to the millisecond: always of the same length."""
    return moment.isoformat(timespec="milliseconds").replace("+00:00", "Z")
