"""Why a start does not go ahead: always one sentence for the person who typed it."""


class StartRefused(Exception):
    """The text names the setting or the program that helps."""
