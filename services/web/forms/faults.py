"""What is wrong with a form, as the top of its page sums it up."""

from typing import NamedTuple, Protocol


class Fault(NamedTuple):
    """What is wrong, and the label and id of the field that it stands at, if that is drawn."""

    message: str
    label: str = ""
    field_id: str = ""


class Form(Protocol):
    """What a page shows to be filled in."""

    @property
    def is_refused(self) -> bool:
        """Whether something has to be mended."""
        ...

    @property
    def faults(self) -> list[Fault]:
        """All that has to be; known once the fields are drawn."""
        ...
