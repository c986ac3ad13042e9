"""What a table can hold: DynamoDB's limits, kept by every adapter so that none is a surprise later.

Source: Amazon DynamoDB developer guide, "Quotas" and "Item sizes and formats".
"""

from collections.abc import Iterable, Mapping, Sequence
from itertools import chain
from typing import Any

from shared.errors import Invalid, TooLarge
from shared.tables.conditions import Below, Condition, Equals, kind
from shared.tables.port import EXPIRES_AT, Action, Put, Schema, Update

PK_BYTES = 2048
SK_BYTES = 1024
ITEM_BYTES = 400 * 1024
WRITE_BYTES = 4 * 1024 * 1024
WRITE_ACTIONS = 100
PAGE_ITEMS = 1000
DEPTH = 32
SMALLEST_NUMBER, LARGEST_NUMBER = 1e-130, 1e126
SMALLEST_INT, LARGEST_INT = -(2**63), 2**63 - 1
KEYS = frozenset(("pk", "sk"))


def text_bytes(text: str) -> int:
    """The length in UTF-8; Invalid for half of a surrogate pair, which has none."""
    if text.isascii():
        return len(text)
    try:
        return len(text.encode())
    except UnicodeEncodeError:
        raise Invalid("A text is not valid Unicode") from None


def number_bytes(value: float) -> int:
    """About half a byte a digit; Invalid for what neither DynamoDB nor JSON can say."""
    if isinstance(value, int):
        if not SMALLEST_INT <= value <= LARGEST_INT:
            raise Invalid("A whole number has more than 64 bits")
    elif value and not SMALLEST_NUMBER <= abs(value) < LARGEST_NUMBER:
        raise Invalid("A number is out of range")
    return len(repr(value)) // 2 + 2


def value_bytes(value: object, depth: int = 1) -> int:
    """The size by DynamoDB's formula; Invalid for a type that it does not have."""
    if isinstance(value, str):
        return text_bytes(value)
    if value is None or isinstance(value, bool):
        return 1
    if isinstance(value, int | float):
        return number_bytes(value)
    if depth >= DEPTH:
        raise Invalid(f"An item is nested deeper than {DEPTH} levels")
    if isinstance(value, Mapping):
        return 3 + len(value) + attributes_bytes(value, depth + 1)
    if isinstance(value, list | tuple):
        return 3 + len(value) + sum(value_bytes(one, depth + 1) for one in value)
    raise Invalid(f"A {type(value).__name__} cannot be kept in a table")


def attributes_bytes(attributes: Mapping[str, Any], depth: int = 1) -> int:
    """The size of names and values together."""
    total = 0
    for name, value in attributes.items():
        if not isinstance(name, str) or not name:
            raise Invalid("An attribute's name must be a text with at least one character")
        total += text_bytes(name) + value_bytes(value, depth)
    return total


def check_text(name: str, value: object, most: int) -> None:
    """Invalid unless the value can be a key of at most so many bytes."""
    # What nearly all keys are: asked for each key of each read.
    if isinstance(value, str) and value.isascii() and 0 < len(value) <= most:
        return
    if not isinstance(value, str) or not value:
        raise Invalid(f"{name} must be a text with at least one character")
    if text_bytes(value) > most:
        raise Invalid(f"{name} has more than {most:,} bytes")


def check_key(pk: object, sk: object) -> None:
    """Invalid unless the two can be an item's keys."""
    check_text("pk", pk, PK_BYTES)
    check_text("sk", sk, SK_BYTES)


def check_attributes(schema: Schema, attributes: Mapping[str, Any]) -> int:
    """The size; Invalid where an index or the expiry cannot be made of the values."""
    for index in schema.indexes:
        if index.partition in attributes:
            check_text(index.partition, attributes[index.partition], PK_BYTES)
        if index.sort in attributes:
            check_text(index.sort, attributes[index.sort], SK_BYTES)
    expires = attributes.get(EXPIRES_AT)
    if isinstance(expires, bool) or not isinstance(expires, int | float | None):
        raise Invalid(f"{EXPIRES_AT} must be a number of seconds")
    return attributes_bytes(attributes)


def check_item(schema: Schema, item: Mapping[str, Any]) -> int:
    """The size of a whole item; Invalid or TooLarge if it cannot be kept."""
    check_key(item.get("pk"), item.get("sk"))
    size = check_attributes(schema, item)
    if size > ITEM_BYTES:
        raise TooLarge(f"An item of {size:,} bytes is over the limit of {ITEM_BYTES:,}")
    return size


def check_update(schema: Schema, update: Update) -> int:
    """The size of what is set; Invalid where two parts touch one attribute, or a key."""
    check_key(update.pk, update.sk)
    names = [*update.set, *update.add, *update.remove]
    if not names:
        raise Invalid("An update must change something")
    if len(set(names)) < len(names):
        raise Invalid("An update changes one attribute in two ways")
    if not KEYS.isdisjoint(names):
        raise Invalid("An item's keys cannot be changed")
    indexed = chain.from_iterable((index.partition, index.sort) for index in schema.indexes)
    if not update.add.keys().isdisjoint(indexed):
        raise Invalid("An attribute of an index cannot be added to")
    if any(kind(value) is not int for value in update.add.values()):
        raise Invalid("Only numbers can be added")
    size = check_attributes(schema, update.set) + attributes_bytes(update.add)
    attributes_bytes(dict.fromkeys(update.remove))
    if size > ITEM_BYTES:
        raise TooLarge(f"An update of {size:,} bytes is over the limit of {ITEM_BYTES:,}")
    return size


def check_condition(condition: Condition | None) -> None:
    """Invalid for a value that cannot be compared with."""
    if isinstance(condition, Equals | Below):
        if isinstance(condition, Below) and kind(condition.value) not in (str, int):
            raise Invalid("Only a number or a text can have something below it")
        attributes_bytes({condition.attr: condition.value})
    for one in getattr(condition, "conditions", ()):
        check_condition(one)


def check_action(schema: Schema, action: Action) -> int:
    """The size of what one action carries."""
    check_condition(action.when)
    if isinstance(action, Put):
        return check_item(schema, action.item)
    if isinstance(action, Update):
        return check_update(schema, action)
    check_key(action.pk, action.sk)
    return 0


def check_write(schema: Schema, actions: Sequence[Action]) -> None:
    """Invalid or TooLarge if these cannot be one transaction."""
    if len(actions) > WRITE_ACTIONS:
        raise TooLarge(f"{len(actions)} actions are over the limit of {WRITE_ACTIONS}")
    size = sum(check_action(schema, action) for action in actions)
    if size > WRITE_BYTES:
        raise TooLarge(f"A write of {size:,} bytes is over the limit of {WRITE_BYTES:,}")
    if len(actions) > 1 and len(distinct(actions)) < len(actions):
        raise Invalid("Two actions of one write are on the same item")


def distinct(actions: Iterable[Action]) -> set[tuple[str, str]]:
    """The keys that the actions are on."""
    return {(action.pk, action.sk) for action in actions}
