"""What an Update makes of an item, for adapters whose engine does not know it."""

from decimal import Decimal

from shared.errors import Invalid
from shared.tables.port import Item, Update


def updated(item: Item | None, update: Update) -> Item:
    """A new item: the old one, or only its keys, with the changes made."""
    changed = dict(item or {"pk": update.pk, "sk": update.sk})
    changed.update(update.set)
    for name, amount in update.add.items():
        changed[name] = added(name, changed.get(name, 0), amount)
    for name in update.remove:
        changed.pop(name, None)
    return changed


def added(name: str, value: object, amount: float) -> int | float:
    """The sum as DynamoDB makes it, in decimals: 0.1 and 0.2 are 0.3."""
    if isinstance(value, int | float) and not isinstance(value, bool):
        if isinstance(value, int) and isinstance(amount, int):
            return value + amount
        return float(Decimal(repr(value)) + Decimal(repr(amount)))
    raise Invalid(f"{name} is not a number, so nothing can be added to it")
