"""Who may publish and subscribe to what: least privilege, derived from the topology.

NATS permissions are lists of subjects. A client that has an `allow` list may do nothing else;
`deny` wins over `allow`; `responses` lets it answer a request it was sent, once.
"""

from collections.abc import Iterable
from dataclasses import dataclass

from shared.topology import (
    CALLS,
    CONSUMERS,
    CONTROL,
    DATA,
    HEARS,
    OPERATOR,
    PRIVATE,
    PRIVATE_READERS,
    PRIVATE_WRITERS,
    Consumer,
    consumers_of,
    inbox_prefix,
)


@dataclass(frozen=True)
class Permissions:
    """Subjects one client may use; `responses` also lets it answer requests."""

    publish: tuple[str, ...]
    subscribe: tuple[str, ...]
    deny_publish: tuple[str, ...] = ()
    responses: bool = False


EVERYTHING = Permissions(publish=(">",), subscribe=(">",))


def of_service(service: str) -> Permissions:
    """What a service may do: speak for itself, ask whom it must ask, drain its own durables."""
    return Permissions(
        publish=(
            f"coop.v1.{service}.>",
            *(f"coop.rpc.{other}.>" for other in CALLS[service]),
            *_own_subtree("coop.wake", service),
            *_own_subtree("coop.live", service),
            "$JS.API.INFO",
            *(subject for one in consumers_of(service) for subject in _draining(one)),
            *_private_publish(service),
        ),
        subscribe=(
            f"{inbox_prefix(service)}.>",
            f"coop.rpc.{service}.>",
            *(f"coop.v1.{heard}.>" for heard in (service, *HEARS[service])),
            *_own_subtree("coop.wake", service),
            "coop.live.>",
            *(PRIVATE.subjects if service in PRIVATE_READERS else ()),
        ),
        responses=True,
    )


def of_operator() -> Permissions:
    """A reader of all public events, live and from the streams; it publishes nothing of ours.

    Nor can it be kept from having JetStream answer to a subject of ours: it is trusted so far.

    It may make consumers of its own, but neither touch a service's durable nor drain it. The old
    subject for nameless consumers is not allowed: its body may name, and so change, a durable.
    """
    return Permissions(
        publish=(
            "$JS.API.INFO",
            "$JS.API.STREAM.NAMES",
            "$JS.API.STREAM.LIST",
            *(subject for one in (CONTROL, DATA) for subject in _reading(one.name)),
        ),
        # Clients that know nothing of us listen for replies at _INBOX; no service ever does.
        subscribe=("coop.v1.>", f"{inbox_prefix(OPERATOR)}.>", "_INBOX.>"),
        deny_publish=tuple(subject for one in CONSUMERS for subject in _touching(one)),
    )


def _own_subtree(root: str, service: str) -> Iterable[str]:
    return (f"{root}.{service}", f"{root}.{service}.>")


def _draining(consumer: Consumer) -> Iterable[str]:
    place = f"{consumer.stream}.{consumer.durable}"
    return (
        f"$JS.API.CONSUMER.INFO.{place}",
        f"$JS.API.CONSUMER.MSG.NEXT.{place}",
        f"$JS.ACK.{place}.>",
        f"coop.dlq.{place}",
    )


def _private_publish(service: str) -> Iterable[str]:
    if service in PRIVATE_WRITERS:
        return (f"coop.private.v1.{service}.>",)
    if service in PRIVATE_READERS:
        return (f"$JS.API.DIRECT.GET.{PRIVATE.name}.>",)
    return ()


def _reading(stream: str) -> Iterable[str]:
    return (
        f"$JS.API.STREAM.INFO.{stream}",
        f"$JS.API.STREAM.MSG.GET.{stream}",
        f"$JS.API.DIRECT.GET.{stream}",
        f"$JS.API.DIRECT.GET.{stream}.>",
        f"$JS.API.CONSUMER.NAMES.{stream}",
        f"$JS.API.CONSUMER.LIST.{stream}",
        f"$JS.API.CONSUMER.CREATE.{stream}.>",
        f"$JS.API.CONSUMER.DURABLE.CREATE.{stream}.*",
        f"$JS.API.CONSUMER.INFO.{stream}.*",
        f"$JS.API.CONSUMER.DELETE.{stream}.*",
        f"$JS.API.CONSUMER.MSG.NEXT.{stream}.*",
        f"$JS.ACK.{stream}.>",
    )


def _touching(consumer: Consumer) -> Iterable[str]:
    place = f"{consumer.stream}.{consumer.durable}"
    return (
        f"$JS.API.CONSUMER.CREATE.{place}",
        f"$JS.API.CONSUMER.CREATE.{place}.>",
        f"$JS.API.CONSUMER.DURABLE.CREATE.{place}",
        f"$JS.API.CONSUMER.DELETE.{place}",
        f"$JS.API.CONSUMER.MSG.NEXT.{place}",
        f"$JS.ACK.{place}.>",
    )
