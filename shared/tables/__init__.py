"""Where records are kept: a narrow port in DynamoDB's terms, on SQLite or DynamoDB."""

from shared.tables.conditions import Absent, AllOf, AnyOf, Below, Condition, Equals, Present
from shared.tables.opening import open_table
from shared.tables.port import (
    Action,
    Check,
    ConditionFailed,
    Delete,
    Index,
    Item,
    Merged,
    Page,
    Put,
    Range,
    Schema,
    Table,
    Update,
)

__all__ = [
    "Absent",
    "Action",
    "AllOf",
    "AnyOf",
    "Below",
    "Check",
    "Condition",
    "ConditionFailed",
    "Delete",
    "Equals",
    "Index",
    "Item",
    "Merged",
    "Page",
    "Present",
    "Put",
    "Range",
    "Schema",
    "Table",
    "Update",
    "open_table",
]
