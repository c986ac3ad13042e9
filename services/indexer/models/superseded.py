"""What is said when the bytes of an event are no longer there."""


class Superseded(Exception):
    """The object was overwritten or deleted since: the event that says so is on its way."""
