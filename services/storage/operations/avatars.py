"""Pictures of accounts: taken from those who may change the account, shown to everybody."""

from collections.abc import Awaitable, Callable

from services.storage.pictures.redrawing import Redrawing
from services.storage.store.avatars import find_avatar, put_on_trial
from shared.contracts.accounts import Account
from shared.errors import NotFound
from shared.identifiers import new_uid
from shared.outbox import Outbox
from shared.policy import ANONYMOUS_PRINCIPAL, account_resource, sees

# The account of a uid: as it is known, or as its owner says at this moment.
FindAccount = Callable[[str], Awaitable[Account | None]]


async def take_avatar(
    outbox: Outbox, redrawing: Redrawing, account_uid: str, content: bytes
) -> str:
    """The name of a new picture, which is kept once the account goes by it. Raises Invalid."""
    name = new_uid()
    await put_on_trial(outbox, account_uid, name, await redrawing.redraw(content))
    return name


async def read_avatar(
    outbox: Outbox, place: tuple[str, str], *, known: FindAccount, afresh: FindAccount
) -> bytes:
    """The picture that an account goes by, if everyone may see the account. Raises NotFound."""
    account_uid, name = place
    content = await find_avatar(outbox, account_uid, name)
    if content is None:
        raise NotFound
    account = await known(account_uid)
    if account is None or account.avatar != name:
        # A new picture may be faster than the event that tells of its name.
        account = await afresh(account_uid)
    if account is None or account.avatar != name:
        raise NotFound
    if not sees(ANONYMOUS_PRINCIPAL, account_resource(account)):
        raise NotFound
    return content
