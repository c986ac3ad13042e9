"""Access keys: listed, created with the secret shown once, revoked."""

from dataclasses import dataclass

from starlette.requests import Request
from starlette.responses import Response

from services.web.addresses import about
from services.web.forms.accounts import KeyForm, RevokeForm
from services.web.forms.checking import Filled, check, refused
from services.web.resources import resources_of, visitor_of
from services.web.views.allowed import allowed_account
from services.web.views.page import asked_cursor, next_page, page
from services.web.views.sending import Fields, once, see, sent_form
from shared.contracts.accounts import (
    AccessKeyPage,
    AccessKeySecret,
    Account,
    CreateAccessKey,
    ListAccessKeys,
    RevokeAccessKey,
)
from shared.contracts.base import now
from shared.errors import Invalid

PAGE = 50


@dataclass(frozen=True, slots=True)
class Created:
    """A new key as its page tells it, this once."""

    access_key_id: str
    secret: str

    @property
    def environment(self) -> str:
        """The lines that a shell needs."""
        return (
            f"export AWS_ACCESS_KEY_ID={self.access_key_id}\n"
            f"export AWS_SECRET_ACCESS_KEY={self.secret}"
        )


async def keys(request: Request) -> Response:
    """The keys of an account, newest first."""
    return await _show(request, await _managed(request), Filled({"reach": "full"}))


async def send_key(request: Request) -> Response:
    """A new key. Sent twice, the same key is shown again rather than a second one made."""
    fields = await sent_form(request)
    account = await _managed(request, fields)
    return await once(request, fields, lambda: _create(request, account, fields))


async def send_revoke(request: Request) -> Response:
    """The key works no more."""
    fields = await sent_form(request)
    account = await _managed(request, fields)
    form, _ = check(RevokeForm, fields)
    if form is None:
        raise Invalid("No access key was named.")
    visitor = await visitor_of(request)
    wanted = RevokeAccessKey(
        actor=visitor.actor,
        access_key_id=form.access_key_id,
        account_uid=account.account_uid,
    )
    await resources_of(request).bus.request(wanted)
    return see(about(account.account_id, "keys"), "key-revoked")


async def _create(request: Request, account: Account, fields: Fields) -> Response:
    form, filled = check(KeyForm, fields)
    if form is None:
        return await _show(request, account, filled)
    visitor = await visitor_of(request)
    wanted = CreateAccessKey(
        actor=visitor.actor,
        account_uid=account.account_uid,
        name=form.name,
        actions=form.actions,
        places=form.places,
        expires_at=form.expires_at(now()),
    )
    try:
        made = await resources_of(request).bus.request(wanted)
    except Invalid as problem:
        return await _show(request, account, refused(filled, problem, KeyForm.model_fields))
    return await _show(request, account, Filled({"reach": "full"}), _told(made))


def _told(key: AccessKeySecret) -> Created:
    return Created(key.access_key_id, key.secret_access_key.get_secret_value())


async def _show(
    request: Request, account: Account, form: Filled, created: Created | None = None
) -> Response:
    listed = await _list(request, account)
    response = await page(
        request,
        "accounts/keys.html",
        account=account,
        keys=listed.access_keys,
        form=form,
        created=created,
        next_page=next_page(listed.cursor),
    )
    response.headers["cache-control"] = "no-store"
    return response


async def _list(request: Request, account: Account) -> AccessKeyPage:
    visitor = await visitor_of(request)
    return await resources_of(request).bus.request(
        ListAccessKeys(
            actor=visitor.actor,
            account_uid=account.account_uid,
            limit=PAGE,
            cursor=asked_cursor(request),
        )
    )


async def _managed(request: Request, fields: Fields | None = None) -> Account:
    refusal = "Only an account's owners manage its access keys."
    return await allowed_account(request, lambda may: may.keys, refusal, fields)
