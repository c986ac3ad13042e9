"""How many waiting changes go into one transaction, which holds a hundred actions."""

from collections.abc import Sequence
from dataclasses import dataclass

from services.indexer.store.layout import directories_above
from services.indexer.store.sums import Waiting

# Of 100 one is for the repository's own sums.
ACTIONS = 99


@dataclass(frozen=True, slots=True)
class Portion:
    """One change and the directories that are told of it now, the deepest first.

    `is_last` says that all are told by then, and that the repository itself is told too.
    """

    waiting: Waiting
    directories: list[str]
    is_last: bool

    @property
    def done(self) -> int:
        """How many directories know of the change after this."""
        return self.waiting.delta.done + len(self.directories)


def portions_of(waiting: Sequence[Waiting]) -> list[Portion]:
    """As many changes as fit, in their order; of one in very many directories only a part."""
    chosen: list[Portion] = []
    known: set[str] = set()
    for one in waiting:
        left = directories_above(one.delta.key)[::-1][one.delta.done :]
        new = [prefix for prefix in left if prefix not in known]
        room = ACTIONS - len(chosen) - len(known) - 1
        if len(new) > room and chosen:
            break
        told = left[:room] if len(new) > room else left
        chosen.append(Portion(one, told, len(told) == len(left)))
        known.update(told)
        if len(told) < len(left):
            break
    return chosen
