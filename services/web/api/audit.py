"""The audit trail of an account, in pages and as one file."""

from collections.abc import AsyncIterator

from fastapi import Request
from starlette.responses import StreamingResponse

from services.web.api.queries import AccountName, Paging, ask, find_account
from services.web.api.routing import routing
from services.web.api.visitors import SignedIn
from services.web.session.visitor import Visitor
from shared.contracts.accounts import Account, AuditPage, ListAuditEntries

router = routing("audit")
NDJSON = "application/x-ndjson"
CHUNK = 500
LINE = '{"sequence":1,"action":"account_created","hash":"9f86d081…"}\n'


@router.get("/accounts/{account_id}/audit", summary="An account's audit trail")
async def list_audit_entries(
    request: Request,
    visitor: SignedIn,
    account_id: AccountName,
    paging: Paging,
) -> AuditPage:
    """Newest first; for owners and maintainers."""
    uid = (await find_account(request, visitor, account_id)).account_uid
    wanted = ListAuditEntries(actor=visitor.actor, account_uid=uid, **paging.asked)
    return paging.told(await ask(request, wanted))


@router.get(
    "/accounts/{account_id}/audit.ndjson",
    summary="An audit trail as one file",
    response_class=StreamingResponse,
    responses={200: {"content": {NDJSON: {"schema": {"type": "string"}, "example": LINE}}}},
)
async def export_audit_entries(
    request: Request, visitor: SignedIn, account_id: AccountName
) -> StreamingResponse:
    """All of it, oldest first, an entry a line, each with the hash of the one before it."""
    account = await find_account(request, visitor, account_id)
    first = await _page(request, visitor, account, None)
    name = f"{account.account_id}-audit.ndjson"
    headers = {"content-disposition": f'attachment; filename="{name}"'}
    lines = _lines(request, visitor, account, first)
    return StreamingResponse(lines, media_type=NDJSON, headers=headers)


async def _lines(
    request: Request, visitor: Visitor, account: Account, page: AuditPage
) -> AsyncIterator[bytes]:
    while True:
        yield "".join(one.model_dump_json() + "\n" for one in page.entries).encode()
        if page.cursor is None:
            return
        page = await _page(request, visitor, account, page.cursor)


async def _page(
    request: Request, visitor: Visitor, account: Account, cursor: str | None
) -> AuditPage:
    wanted = ListAuditEntries(
        actor=visitor.actor,
        account_uid=account.account_uid,
        oldest_first=True,
        limit=CHUNK,
        cursor=cursor,
    )
    return await ask(request, wanted)
