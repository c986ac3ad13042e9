"""What every request has: a typed reply, a subject made of its name, and who asks."""

import re
from datetime import UTC, datetime
from enum import StrEnum
from typing import Annotated, Any, ClassVar, Generic, Literal, Self, TypeVar

from pydantic import AfterValidator, AwareDatetime, BaseModel, ConfigDict, Field, PrivateAttr

RPC_ROOT = "coop.rpc"
WORD = re.compile(r"(?<!^)(?=[A-Z])")


def in_utc(moment: datetime) -> datetime:
    """The same moment; ValueError where it is one beyond the calendar but for its zone."""
    try:
        return moment.astimezone(UTC)
    except OverflowError:
        raise ValueError("is beyond the calendar") from None


Moment = Annotated[AwareDatetime, AfterValidator(in_utc)]
"""A time that people choose: with whatever zone it comes, it can be shown in any."""


class KeyAction(StrEnum):
    """What an access key can be limited to."""

    READ = "read"
    WRITE = "write"
    DELETE = "delete"
    LIST = "list"
    MANAGE = "manage"


class ScopePlace(BaseModel):
    """A whole account, one repository of it, or the keys below one prefix."""

    model_config = ConfigDict(frozen=True)

    account_uid: str
    repository_uid: str = ""
    prefix: str = ""


class Scope(BaseModel):
    """The limits of an access key; no places means everywhere that its owner may."""

    model_config = ConfigDict(frozen=True)

    actions: frozenset[KeyAction]
    places: tuple[ScopePlace, ...] = ()


class Share(BaseModel):
    """What a share link opens: a folder where `prefix` ends in a slash, else one object.

    It is the repository's as long as the same account has it.
    """

    model_config = ConfigDict(frozen=True)

    link_id: str
    account_uid: str
    repository_uid: str
    prefix: str = ""


class Quota(BaseModel):
    """How many bytes and objects may be held; None is what is usual where it counts."""

    model_config = ConfigDict(frozen=True)

    size: int | None = Field(default=None, ge=0, le=2**62)
    objects: int | None = Field(default=None, ge=0, le=2**62)

    def __str__(self) -> str:
        """As audit trails tell it: `size=9 objects=1`, or `usual` where nothing is said."""
        said = ((name, value) for name, value in self if value is not None)
        return " ".join(f"{name}={value}" for name, value in said) or "usual"

    def or_else(self, usual: "Quota") -> "Quota":
        """With what is usual in place of what is not said."""
        return Quota(
            size=usual.size if self.size is None else self.size,
            objects=usual.objects if self.objects is None else self.objects,
        )


NO_QUOTA = Quota()


class Actor(BaseModel):
    """Who asks. An account is named by its uid; a service by its name; anonymous by nothing.

    `scope` has the limits of the access key that was shown, where it has any; `share` what a share
    link that was shown opens beside.
    """

    model_config = ConfigDict(frozen=True)

    kind: Literal["anonymous", "account", "service"] = "anonymous"
    account_uid: str = ""
    service: str = ""
    access_key_id: str = ""
    scope: Scope | None = None
    share: Share | None = None

    @property
    def uid(self) -> str:
        """The opaque name that events and records keep."""
        return self.account_uid or self.service


ANONYMOUS = Actor()


class Snapshot(BaseModel):
    """A whole aggregate as it is now; later versions replace earlier ones."""

    model_config = ConfigDict(frozen=True)

    version: int = 0

    def changed(self, **changes: Any) -> Self:  # noqa: ANN401 (values of its fields)
        """It with these changes, held to its form as `model_copy` is not: so it can be read again.

        Raises ValidationError.
        """
        return self.model_validate(dict(self) | changes)


Reply = TypeVar("Reply", bound=BaseModel)


class Request(BaseModel, Generic[Reply]):
    """Asks `owner` for something; the class name is the operation, the type argument the reply."""

    model_config = ConfigDict(frozen=True)

    owner: ClassVar[str]
    actor: Actor = ANONYMOUS

    @classmethod
    def operation(cls) -> str:
        """`CreateRepository` is answered by `create_repository`."""
        return WORD.sub("_", cls.__name__).lower()

    @classmethod
    def nats_subject(cls) -> str:
        """Where the owner listens; never inside a stream's subjects."""
        return f"{RPC_ROOT}.{cls.owner}.{cls.operation()}"

    @classmethod
    def reply_type(cls) -> type[Reply]:
        """The model of the reply, from the type argument."""
        for base in cls.__mro__:
            arguments = (
                base.__pydantic_generic_metadata__["args"] if issubclass(base, Request) else ()
            )
            if arguments:
                return arguments[0]  # type: ignore[no-any-return]
        raise TypeError(f"{cls.__name__} names no reply")


class Done(BaseModel):
    """Nothing to tell but that it is done and durable."""


class Carrying(BaseModel):
    """A reply with bytes that whoever asked hands on as they are: nobody reads or writes them anew.

    On the bus they follow the JSON of all else, after the first line end; JSON of ours has none.
    """

    _carried: bytes = PrivateAttr(b"")

    def carrying(self, content: bytes) -> Self:
        """With these."""
        self._carried = content
        return self

    @property
    def carried(self) -> bytes:
        """What it came with."""
        return self._carried


class Creation(BaseModel):
    """Asked again by the same caller with the same key, it is answered as it was the first time."""

    model_config = ConfigDict(frozen=True)

    # What nothing may be kept of, not even a hash.
    secret_fields: ClassVar[frozenset[str]] = frozenset()

    idempotency_key: str = Field(default="", max_length=255)


class Listed(BaseModel):
    """How a list is asked for: `cursor` is opaque and comes from the page before."""

    model_config = ConfigDict(frozen=True)

    limit: int = Field(default=50, ge=1, le=1000)
    cursor: str | None = Field(default=None, max_length=4096)


def now() -> datetime:
    """The time, with its zone, in whole milliseconds (S3 and HTTP cannot say more)."""
    moment = datetime.now(UTC)
    return moment.replace(microsecond=moment.microsecond // 1000 * 1000)
