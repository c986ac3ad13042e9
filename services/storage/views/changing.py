"""What the owner of repositories is asked for in the name of who asks."""

from services.storage.s3.errors import S3Error, from_problem
from services.storage.views.exchange import Exchange
from shared.contracts.base import Actor
from shared.contracts.repositories import EditRepository, SetRetention, SetVersioning
from shared.errors import Problem


async def change(exchange: Exchange, wanted: SetVersioning | SetRetention | EditRepository) -> None:
    """Have it done, so it is known to all. Raises S3Error."""
    projection = exchange.held.projection
    try:
        changed = await projection.bus.request(wanted)
    except Problem as problem:
        raise from_problem(problem, missing="NoSuchBucket") from None
    await projection.keep(changed)


def actor_of(exchange: Exchange) -> Actor:
    """Who asks, as the owner wants to know it. Raises AccessDenied."""
    principal = exchange.caller.principal
    if not exchange.is_signed or principal.kind != "account":
        raise S3Error("AccessDenied")
    return Actor(kind="account", account_uid=principal.account_uid, scope=principal.scope)
