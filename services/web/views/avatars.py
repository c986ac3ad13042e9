"""The picture of an account, by the form on the page of its settings."""

from hashlib import sha256

from starlette.requests import Request
from starlette.responses import Response

from services.web.addresses import about
from services.web.avatars import name_avatar, put_avatar
from services.web.forms.checking import Filled, refused
from services.web.forms.reading import Upload, read_upload
from services.web.render.display import size
from services.web.resources import resources_of, visitor_afresh, visitor_of
from services.web.security import csrf
from services.web.views.accounts import editable, show_settings, values_of
from services.web.views.sending import demand_ours, has_valid_token, once, see
from shared.contracts.accounts import Account
from shared.errors import Conflict, Invalid, Problem, TooLarge, Unavailable

FIELD = "avatar"
NOTHING = Invalid(errors=[{"field": FIELD, "message": "Choose a picture first."}])
TOO_OLD = (
    "The form was opened before you signed in or out, or long ago. Choose the picture once more."
)


async def send_avatar(request: Request) -> Response:
    """Another picture, or none any more; who may not, is not listened to for long."""
    demand_ours(request)
    account = await editable(request)
    most = resources_of(request).settings.storage.avatar_bytes
    try:
        upload = await read_upload(request, largest=most)
    except TooLarge:
        said = Filled(values_of(account), {FIELD: f"It has more than {size(most)}."})
        return await show_settings(request, account, said, status=413)
    if not has_valid_token(request, upload.fields.get(csrf.FIELD, "")):
        said = Filled(values_of(account), message=TOO_OLD)
        return await show_settings(request, account, said, status=409)
    # The same form with another picture is another sending.
    sent = {**upload.fields, FIELD: sha256(upload.content).hexdigest()}
    return await once(request, sent, lambda: _change(request, account, upload))


async def _change(request: Request, account: Account, upload: Upload) -> Response:
    edge, visitor = resources_of(request), await visitor_of(request)
    is_removed = upload.fields.get("do") == "remove"
    if not is_removed and not upload.content:
        return await _refuse(request, account, NOTHING)
    try:
        if is_removed:
            await name_avatar(edge, visitor, account, "")
        else:
            await put_avatar(edge, visitor, account, upload.content)
    except (Invalid, TooLarge, Conflict, Unavailable) as problem:
        return await _refuse(request, account, problem)
    # The next page shows it, if it is their own.
    await visitor_afresh(request)
    return see(about(account.account_id, "settings"), "saved")


async def _refuse(request: Request, account: Account, problem: Problem) -> Response:
    said = refused(Filled(values_of(account)), problem, {FIELD})
    return await show_settings(request, account, said, status=problem.status)
