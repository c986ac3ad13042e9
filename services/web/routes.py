"""The whole URL table of the edge.

Names of people start below `/`; everything about a thing is under `/-/`, and no id starts with `-`.
"""

from fastapi import FastAPI
from starlette.convertors import Convertor, register_url_convertor
from starlette.routing import BaseRoute, Mount, Route

from services.web.api.app import PREFIX as API
from services.web.api.description import describe_api
from services.web.stac_api import views as stac
from services.web.stac_api.app import PREFIX as STAC
from services.web.stac_api.app import create_stac_api, open_route
from services.web.views import (
    access_requests,
    accounts,
    administering,
    audit,
    avatars,
    catalogues,
    citing,
    connections,
    credentials,
    deleting,
    docs,
    domains,
    email,
    entering,
    events,
    exploring,
    feeds,
    files,
    holdings,
    home,
    hooks,
    invitations,
    keys,
    members,
    organizations,
    own_data,
    providers,
    repositories,
    repository_forms,
    repository_settings,
    repository_states,
    search,
    sessions,
    shares,
    statics,
    texts,
    things,
    thumbnails,
    trusts,
    uploads,
    verification,
    versions,
    welcome,
)


class KeyConvertor(Convertor[str]):
    """Any characters at all: keys hold line ends too, which Starlette's own `path` stops at.

    It takes the place of that one, so that what is mounted answers such addresses too.
    """

    regex = r"(?s:.*)"

    def convert(self, value: str) -> str:
        """As it is."""
        return value

    def to_string(self, value: str) -> str:
        """As it is."""
        return value


class NamesConvertor(KeyConvertor):
    """Those of them that begin with what can be the name of an account."""

    regex = r"(?!static/)[a-z0-9][a-z0-9-]*(?:/(?s:.*))?"


register_url_convertor("path", KeyConvertor())
register_url_convertor("names", NamesConvertor())


GET, POST = ["GET"], ["POST"]
REPOSITORY = "/-/{account_id}/{repository_id}"

PAGES = [
    Route("/", home.home, methods=GET),
    Route("/static/{release}/{path:path}", statics.static, methods=GET),
    Route("/robots.txt", docs.robots, methods=GET),
    Route(search.PLACE, search.search, methods=GET),
    Route(exploring.PLACE, exploring.explore, methods=GET),
    Route("/-/docs", docs.docs, methods=GET),
    Route("/-/events", events.events, methods=GET),
    Route(feeds.ALL, feeds.feed, methods=GET),
    Route("/-/hooks/kratos", hooks.kratos, methods=POST),
    Route("/-/sign-in", entering.sign_in, methods=GET),
    Route("/-/sign-in", entering.send_sign_in, methods=POST),
    Route("/-/sign-in/passkey", entering.send_sign_in, methods=POST),
    Route("/-/sign-in/provider", entering.send_sign_in, methods=POST),
    Route("/-/register", entering.register, methods=GET),
    Route("/-/register", entering.send_register, methods=POST),
    Route("/-/register/provider", entering.send_register, methods=POST),
    Route(providers.BACK, providers.back, methods=GET),
    Route("/-/recover", entering.recover, methods=GET),
    Route("/-/recover", entering.send_recover, methods=POST),
    Route("/-/sign-out", entering.sign_out, methods=POST),
    Route("/-/verify", verification.verify, methods=GET),
    Route("/-/verify", verification.send_verify, methods=POST),
    Route("/-/choose-password", credentials.choose_password, methods=GET),
    Route("/-/choose-password", credentials.send_choose_password, methods=POST),
    Route("/-/credentials", credentials.credentials, methods=GET),
    Route("/-/credentials", credentials.send_credentials, methods=POST),
    Route("/-/email", email.email, methods=GET),
    Route("/-/email", email.send_email, methods=POST),
    Route("/-/credentials/qr", credentials.qr, methods=GET),
    Route("/-/sessions", sessions.sessions, methods=GET),
    Route("/-/sessions/revoke", sessions.send_revoke, methods=POST),
    Route("/-/welcome", welcome.welcome, methods=GET),
    Route("/-/welcome", welcome.send_welcome, methods=POST),
    Route("/-/new", repository_forms.new, methods=GET),
    Route("/-/new", repository_forms.send_new, methods=POST),
    Route("/-/new-organization", organizations.new, methods=GET),
    Route("/-/new-organization", organizations.send_new, methods=POST),
    Route("/-/admin", administering.accounts, methods=GET),
    Route("/-/admin/{account_id}", administering.account, methods=GET),
    Route("/-/admin/{account_id}", administering.send_account, methods=POST),
    Route("/-/data", own_data.own_data, methods=GET),
    Route("/-/data/export", own_data.send_export, methods=POST),
    Route("/-/data/export.zip", own_data.download_export, methods=GET),
    Route("/-/{account_id}/settings", accounts.settings, methods=GET),
    Route("/-/{account_id}/settings", accounts.send_settings, methods=POST),
    Route("/-/{account_id}/avatar", avatars.send_avatar, methods=POST),
    Route("/-/{account_id}/domains", domains.domains, methods=GET),
    Route("/-/{account_id}/domains", domains.send_domains, methods=POST),
    Route("/-/{account_id}/delete", deleting.delete, methods=GET),
    Route("/-/{account_id}/delete", deleting.send_delete, methods=POST),
    Route("/-/{account_id}/delete/cancel", deleting.send_cancel, methods=POST),
    Route("/-/{account_id}/keys", keys.keys, methods=GET),
    Route("/-/{account_id}/keys", keys.send_key, methods=POST),
    Route("/-/{account_id}/keys/revoke", keys.send_revoke, methods=POST),
    Route("/-/{account_id}/trusts", trusts.trusts, methods=GET),
    Route("/-/{account_id}/trusts", trusts.send_trust, methods=POST),
    Route("/-/{account_id}/trusts/remove", trusts.send_remove, methods=POST),
    Route("/-/{account_id}/connections", connections.connections, methods=GET),
    Route("/-/{account_id}/connections", connections.send_connection, methods=POST),
    Route("/-/{account_id}/connections/remove", connections.send_remove, methods=POST),
    Route("/-/{account_id}/feed.atom", feeds.account_feed, methods=GET),
    Route("/-/{account_id}/audit", audit.audit, methods=GET),
    Route("/-/{account_id}/members", members.members, methods=GET),
    Route("/-/{account_id}/members", members.send_members, methods=POST),
    Route("/-/invitations", invitations.invitations, methods=GET),
    Route("/-/invitations", invitations.send_invitations, methods=POST),
    Route("/-/requests", access_requests.own, methods=GET),
    Route("/-/requests", access_requests.send_own, methods=POST),
    Route(f"{REPOSITORY}/ask", access_requests.ask, methods=GET),
    Route(f"{REPOSITORY}/ask", access_requests.send_ask, methods=POST),
    Route(f"{REPOSITORY}/requests", access_requests.requests, methods=GET),
    Route(f"{REPOSITORY}/requests", access_requests.send_requests, methods=POST),
    Route(f"{REPOSITORY}/members", members.members, methods=GET),
    Route(f"{REPOSITORY}/members", members.send_members, methods=POST),
    Route("/-/{account_id}/repositories", holdings.holdings, methods=GET),
    Route("/-/{account_id}/repositories/undelete", holdings.send_undelete, methods=POST),
    Route("/-/{account_id}/repositories/accept", holdings.send_accept, methods=POST),
    Route("/-/{account_id}/repositories/decline", holdings.send_decline, methods=POST),
    Route(f"{REPOSITORY}/blocks", repositories.blocks, methods=GET),
    Route(f"{REPOSITORY}/settings", repository_settings.settings, methods=GET),
    Route(f"{REPOSITORY}/settings", repository_settings.send_settings, methods=POST),
    Route(f"{REPOSITORY}/shares", shares.share_links, methods=GET),
    Route(f"{REPOSITORY}/shares", shares.send_share_link, methods=POST),
    Route(f"{REPOSITORY}/shares/revoke", shares.send_revoke, methods=POST),
    Route(f"{REPOSITORY}/relisting", repository_states.send_relisting, methods=POST),
    Route(f"{REPOSITORY}/versioning", repository_states.send_versioning, methods=POST),
    Route(f"{REPOSITORY}/retention", repository_states.send_retention, methods=POST),
    Route(f"{REPOSITORY}/rename", repository_states.send_rename, methods=POST),
    Route(f"{REPOSITORY}/transfer", repository_states.send_transfer, methods=POST),
    Route(f"{REPOSITORY}/transfer/withdraw", repository_states.send_withdraw, methods=POST),
    Route(f"{REPOSITORY}/deactivate", repository_states.send_deactivate, methods=POST),
    Route(f"{REPOSITORY}/activate", repository_states.send_activate, methods=POST),
    Route(f"{REPOSITORY}/delete", repository_states.send_delete, methods=POST),
    Route(f"{REPOSITORY}/cite", citing.cite, methods=GET),
    Route(f"{REPOSITORY}/cite", citing.send_cite, methods=POST),
    Route(f"{REPOSITORY}/catalogue/{{form}}", catalogues.catalogue, methods=GET),
    Route(f"{REPOSITORY}/edit", texts.edit, methods=GET),
    Route(f"{REPOSITORY}/edit", texts.send_edit, methods=POST),
    Route(f"{REPOSITORY}/upload", uploads.upload, methods=GET),
    Route(f"{REPOSITORY}/uploaded", uploads.uploaded, methods=GET),
    Route(f"{REPOSITORY}/download", files.download, methods=GET),
    Route(f"{REPOSITORY}/thumbnail", thumbnails.thumbnail, methods=GET),
    Route(f"{REPOSITORY}/archive", files.archive, methods=GET),
    Route(f"{REPOSITORY}/delete-file", files.delete, methods=GET),
    Route(f"{REPOSITORY}/delete-file", files.send_delete, methods=POST),
    Route(f"{REPOSITORY}/versions", versions.versions, methods=GET),
    Route(f"{REPOSITORY}/versions/restore", versions.send_restore, methods=POST),
]


def create_routes(api: FastAPI) -> list[BaseRoute]:
    """Every route: what is read most comes first, as they are matched one by one."""
    return [
        Route(API, describe_api, methods=GET),
        Route(f"{API}/", describe_api, methods=GET),
        Route(f"{API}/openapi.json", describe_api, methods=GET),
        Mount(API, api),
        open_route(STAC, stac.landing),
        Mount(STAC, create_stac_api()),
        Route("/{names:names}", things.show, methods=GET),
        *PAGES,
        Route("/{names:path}", things.show, methods=GET),
    ]
