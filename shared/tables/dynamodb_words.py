"""How DynamoDB is told things: values on the wire, conditions, updates and key ranges as text.

Nothing here talks to it. Numbers go as decimals: ints and whole floats exactly, other floats by
their shortest text, which reads back as the same float.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from shared.tables.conditions import Absent, AllOf, AnyOf, Below, Condition, Equals, Present
from shared.tables.limits import LARGEST_INT, SK_BYTES, SMALLEST_INT, text_bytes
from shared.tables.port import EXPIRES_AT, Check, Delete, Item, Put, Update
from shared.tables.spans import Query, Span, after_prefix

Wire = dict[str, Any]


def to_wire(value: object) -> Wire:
    """One value with its DynamoDB type."""
    match value:
        case None:
            return {"NULL": True}
        case bool():
            return {"BOOL": value}
        case str():
            return {"S": str.__str__(value)}
        case int() | float():
            return {"N": number_text(value)}
        case Mapping():
            return {"M": item_to_wire(value)}
        case list() | tuple():
            return {"L": [to_wire(one) for one in value]}
    raise TypeError(f"{type(value).__name__} was not checked")


def number_text(value: float) -> str:
    """The decimal text of a number."""
    if isinstance(value, float) and value.is_integer() and abs(value) < LARGEST_INT:
        return str(int(value))
    return repr(value)


def from_wire(wire: Wire) -> Any:  # noqa: ANN401 - an attribute's value is of any type
    """The value that `to_wire` wrote."""
    ((kind, value),) = wire.items()
    match kind:
        case "N":
            return number(value)
        case "NULL":
            return None
        case "M":
            return item_from_wire(value)
        case "L":
            return [from_wire(one) for one in value]
        case _:
            return value


def number(text: str) -> int | float:
    """An int where it is one of 64 bits."""
    if text.lstrip("-").isdigit() and SMALLEST_INT <= int(text) <= LARGEST_INT:
        return int(text)
    return float(text)


def item_to_wire(item: Mapping[str, Any]) -> Wire:
    """All attributes."""
    return {str.__str__(name): to_wire(value) for name, value in item.items()}


def item_from_wire(wire: Wire) -> Item:
    """The item that `item_to_wire` wrote."""
    return {name: from_wire(value) for name, value in wire.items()}


@dataclass(slots=True)
class Words:
    """The placeholders of one request's expressions; no name or value stands in their text."""

    names: dict[str, str] = field(default_factory=dict)
    values: Wire = field(default_factory=dict)

    def name(self, attr: str) -> str:
        """The placeholder of an attribute."""
        self.names.setdefault(attr, f"#{len(self.names)}")
        return self.names[attr]

    def value(self, value: object) -> str:
        """A placeholder for a value."""
        place = f":{len(self.values)}"
        self.values[place] = to_wire(value)
        return place

    def members(self) -> Wire:
        """What a request carries beside its expressions; DynamoDB refuses empty ones."""
        members: Wire = {}
        if self.names:
            members["ExpressionAttributeNames"] = {
                place: name for name, place in self.names.items()
            }
        if self.values:
            members["ExpressionAttributeValues"] = self.values
        return members


def condition_text(words: Words, condition: Condition, now: float) -> str:
    """The condition; an item whose time is over counts as absent, though DynamoDB has it still."""
    match condition:
        case Absent():
            return f"(attribute_not_exists({words.name('pk')}) OR {expired_text(words, now)})"
        case Present():
            there = f"attribute_exists({words.name('pk')})"
        case Equals(attr, value):
            there = f"{words.name(attr)} = {words.value(value)}"
        case Below(attr, value):
            there = f"{words.name(attr)} < {words.value(value)}"
        case AnyOf(conditions):
            return f"({' OR '.join(condition_text(words, one, now) for one in conditions)})"
        case AllOf(conditions):
            return f"({' AND '.join(condition_text(words, one, now) for one in conditions)})"
    return f"({there} AND NOT {expired_text(words, now)})"


def expired_text(words: Words, now: float) -> str:
    """True if the item's time is over; a missing attribute is below nothing."""
    return f"({words.name(EXPIRES_AT)} <= {words.value(now)})"


def update_text(words: Words, update: Update) -> str:
    """The update expression."""
    parts = []
    if update.set:
        pairs = (f"{words.name(name)} = {words.value(one)}" for name, one in update.set.items())
        parts.append("SET " + ", ".join(pairs))
    if update.add:
        pairs = (f"{words.name(name)} {words.value(one)}" for name, one in update.add.items())
        parts.append("ADD " + ", ".join(pairs))
    if update.remove:
        parts.append("REMOVE " + ", ".join(words.name(name) for name in update.remove))
    return " ".join(parts)


def action_request(table: str, action: Put | Delete | Update | Check, now: float) -> Wire:
    """The members of one write request, alone or in a transaction.

    An update also fails on an item whose time is over, and gets it back, so that the adapter can
    bury it instead of adding to what should be gone.
    """
    words = Words()
    request: Wire = {"TableName": table}
    conditions = [condition_text(words, action.when, now)] if action.when else []
    if isinstance(action, Put):
        request["Item"] = item_to_wire(action.item)
    else:
        request["Key"] = item_to_wire({"pk": action.pk, "sk": action.sk})
    if isinstance(action, Update):
        request["UpdateExpression"] = update_text(words, action)
        request["ReturnValuesOnConditionCheckFailure"] = "ALL_OLD"
        conditions.append(f"NOT {expired_text(words, now)}")
    if conditions:
        request["ConditionExpression"] = " AND ".join(conditions)
    return request | words.members()


def query_request(table: str, query: Query) -> Wire:
    """The members of a query request but for its limit and start.

    BETWEEN takes in both ends, and its values are cut to what a key can be: the reader drops what
    the span does not hold.
    """
    words = Words()
    text = f"{words.name(query.partition_attr)} = {words.value(query.partition)}"
    low, high = cut_low(query.span.low), cut_high(query.span)
    sort = words.name(query.sort_attr) if low or high else ""
    if low and high:
        text += f" AND {sort} BETWEEN {words.value(low)} AND {words.value(high)}"
    elif low:
        text += f" AND {sort} >= {words.value(low)}"
    elif high:
        text += f" AND {sort} <= {words.value(high)}"
    request: Wire = {"TableName": table, "KeyConditionExpression": text}
    request["ScanIndexForward"] = query.forward
    if query.index is None:
        request["ConsistentRead"] = True
    else:
        request["IndexName"] = query.index
    return request | words.members()


def start_key(query: Query, after: list[str]) -> Wire:
    """ExclusiveStartKey for a place in the query's order."""
    if query.index is None:
        return item_to_wire({"pk": query.partition, "sk": after[0]})
    sort, pk, sk = after
    return item_to_wire(
        {query.partition_attr: query.partition, query.sort_attr: sort, "pk": pk, "sk": sk}
    )


def cut_low(text: str) -> str:
    """At most as many bytes as a sort key has, and not after the text."""
    return text.encode()[:SK_BYTES].decode(errors="ignore")


def cut_high(span: Span) -> str | None:
    """At most as many bytes as a sort key has, and not before the span's end."""
    high = span.high
    while high is not None and text_bytes(high) > SK_BYTES:
        high = after_prefix(cut_low(high))
    return high
