"""The two houses in which items of all collections are found together: what anyone may see, or not.

Who may see an item is decided when it is found; the houses are there so that nobody has to look
through what they may not see.
"""

from typing import Final, Literal

House = Literal["open", "closed"]
OPEN: Final = "open"
CLOSED: Final = "closed"
HOUSES: tuple[House, ...] = (OPEN, CLOSED)
