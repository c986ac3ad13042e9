"""What DynamoDB's errors mean: try again, a condition failed, or one of the Problems."""

from collections.abc import Awaitable, Callable, Sequence
from time import time
from typing import Any

from botocore.exceptions import BotoCoreError, ClientError, HTTPClientError
from botocore.exceptions import ConnectionError as NotConnected

from shared.errors import Invalid, Problem, TooLarge, Unavailable
from shared.tables.backoff import Busy
from shared.tables.dynamodb_words import Wire, item_from_wire
from shared.tables.port import EXPIRES_AT, ConditionFailed, Item

Method = Callable[..., Awaitable[Any]]
UNDONE = frozenset(
    [
        "ProvisionedThroughputExceeded",
        "ProvisionedThroughputExceededException",
        "RequestLimitExceeded",
        "ThrottlingError",
        "ThrottlingException",
        "TransactionConflict",
        "TransactionConflictException",
        "TransactionInProgressException",
    ]
)


class ExpiredInTheWay(Exception):
    """An update met items whose time is over but which DynamoDB has not removed yet."""

    def __init__(self, positions: Sequence[int]) -> None:
        super().__init__()
        self.positions = positions


async def call(method: Method, request: Wire, *, is_repeatable: bool = True) -> Any:  # noqa: ANN401 - an answer
    """One request; raises Busy where another try may help, else a Problem.

    `is_repeatable` tells whether doing it twice is harmless: only then is it tried again when it
    is unknown whether it was done.
    """
    try:
        return await method(**request)
    except ClientError as error:
        raise refusal(error, is_repeatable=is_repeatable) from error
    except NotConnected as error:
        # It was never sent.
        raise Busy from error
    except HTTPClientError as error:
        raise unknown(is_repeatable=is_repeatable) from error
    except BotoCoreError as error:
        raise Unavailable(f"DynamoDB cannot be asked: {error}") from error


def refusal(error: ClientError, *, is_repeatable: bool) -> Exception:
    """The meaning of an answer that is an error."""
    answer: Any = error.response
    code, message = answer["Error"]["Code"], answer["Error"].get("Message", "")
    if code == "ConditionalCheckFailedException":
        return failed([answer | {"Code": "ConditionalCheckFailed"}])
    if code == "TransactionCanceledException":
        return cancelled(answer.get("CancellationReasons", []))
    if code == "ValidationException":
        return not_valid(message)
    if code in UNDONE:
        return Busy()
    if answer["ResponseMetadata"]["HTTPStatusCode"] >= 500:
        return unknown(is_repeatable=is_repeatable)
    return Unavailable(f"DynamoDB refuses ({code}): {message}")


def unknown(*, is_repeatable: bool) -> Exception:
    """No answer: it may have been done."""
    if is_repeatable:
        return Busy()
    return Unavailable("DynamoDB did not answer: the write may or may not have happened")


def cancelled(reasons: Sequence[Wire]) -> Exception:
    """Why a transaction was not done, by the reasons of its actions."""
    for reason in reasons:
        if reason["Code"] == "ValidationError":
            return not_valid(reason.get("Message", ""))
    if any(reason["Code"] == "ConditionalCheckFailed" for reason in reasons):
        return failed(reasons)
    if any(reason["Code"] in UNDONE for reason in reasons):
        return Busy()
    return Unavailable(f"DynamoDB cancels: {[reason['Code'] for reason in reasons]}")


def failed(reasons: Sequence[Wire]) -> Exception:
    """Conditions do not hold, or what should be gone is still there."""
    positions = [
        position
        for position, reason in enumerate(reasons)
        if reason["Code"] == "ConditionalCheckFailed"
    ]
    now = time()
    expired = [
        position
        for position in positions
        if reasons[position].get("Item") and alive(reasons[position]["Item"], now) is None
    ]
    return ExpiredInTheWay(expired) if expired else ConditionFailed(positions)


def not_valid(message: str) -> Problem:
    """DynamoDB has one code for what cannot be and what is too large."""
    if "size" in message.lower() and ("exceed" in message or "limit" in message):
        return TooLarge(message)
    return Invalid(message)


def alive(wire: Wire | None, now: float) -> Item | None:
    """The item, or None once its time is over."""
    if wire is None:
        return None
    item = item_from_wire(wire)
    expires = item.get(EXPIRES_AT)
    return None if expires is not None and expires <= now else item
