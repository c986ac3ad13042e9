"""The two houses in which items of all collections are found together: what anyone may see, or not.

Who may see an item is decided when it is found; the houses are there so that nobody has to look
through what they may not see.
"""

from typing import Final, Literal

# The number grows whenever the grid of `models.cells` changes: all items then move over.
House = Literal["open-2", "closed-2"]
OPEN: Final = "open-2"
CLOSED: Final = "closed-2"
HOUSES: tuple[House, ...] = (OPEN, CLOSED)
