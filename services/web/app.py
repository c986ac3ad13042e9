"""Puts the edge together: the one place where its parts meet."""

from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, asynccontextmanager
from functools import cache, partial

import httpx
from starlette.applications import Starlette
from starlette.middleware.gzip import DEFAULT_EXCLUDED_CONTENT_TYPES, GZipMiddleware
from starlette.types import ASGIApp

from services.web.api.app import create_api
from services.web.api.document import openapi_of
from services.web.data_door import SECONDS, DataDoor
from services.web.entrance import Entrance
from services.web.handlers import HEARD
from services.web.live import Live
from services.web.render.environment import create_environment
from services.web.render.statics import load_statics
from services.web.resources import Resources
from services.web.routes import create_routes
from services.web.security.backoff import Backoff
from services.web.security.cookies import CookiePolicy
from services.web.security.guesses import GUESSED, Guesses
from services.web.security.headers import SecurityHeaders
from services.web.security.rates import Rate
from services.web.security.tallies import ASKED, Tallies
from services.web.security.turns import Turns
from services.web.session.access_keys import AccessKeys
from services.web.session.memory import Memory
from services.web.session.once import Once
from services.web.session.sessions import Sessions
from services.web.session.share_links import ShareLinks
from services.web.settings import EdgeSettings, ServiceSettings
from services.web.stac_api.mirrors import PARQUET
from services.web.views.errors import HANDLERS
from shared.bus import Bus
from shared.keyfile import derive, hook_secret, load_key_file, nats_seed
from shared.kratos import Kratos
from shared.runtime import App, Door, Opened, going
from shared.sealing import sealing_key
from shared.uses import Uses, of_links, telling

SERVICE = "web"
RENDERED_SECONDS = 600.0
# Of one caller in one process: a catalogue page of pictures comes one after the other.
PREVIEWS_AT_ONCE, PREVIEWS_IN_LINE = 2, 200
SMALLEST_GZIP = 1024
GZIP_LEVEL = 4


def create_app(settings: ServiceSettings | None = None) -> App:
    """A process of the edge, not yet running."""
    settings = settings or ServiceSettings()
    return App(SERVICE, settings, settings.web.ops_port, partial(opened, settings))


@asynccontextmanager
async def opened(settings: ServiceSettings) -> AsyncIterator[Opened]:
    """Bus, Kratos and data door as clients, and the public door, for as long as it runs."""
    key = load_key_file(settings.home)
    async with AsyncExitStack() as stack:
        bus = Bus(settings.nats_url, service=SERVICE, seed=nats_seed(key, SERVICE))
        timeout = settings.kratos.timeout_seconds
        kratos = Kratos(settings.kratos_public_url, timeout_seconds=timeout)
        stack.callback(kratos.close)
        client = await stack.enter_async_context(httpx.AsyncClient(timeout=SECONDS))
        public, near = settings.storage.public_url, settings.storage_url
        bytes_door = DataDoor(client, public.rstrip("/"), near.rstrip("/"))
        resources = create_resources(settings, key, bus, kratos, bytes_door)
        rates = {"caller": resources.asked_by_caller, "address": resources.asked_by_address}
        tallies = Tallies(rates, tell=bus.tell)
        hear(bus, resources, tallies)
        bus.start()
        stack.push_async_callback(bus.stop)
        uses = (resources.access_keys.uses, resources.share_links.uses)
        await stack.enter_async_context(telling(*uses, bus=bus))
        await stack.enter_async_context(going(tallies.keep_telling))
        door = Door(create_site(resources), settings.listen, settings.web.port)
        yield Opened(checks={"bus": bus.check}, doors=[door], stopping=resources.live.close)


def create_resources(
    settings: ServiceSettings,
    key: bytes,
    bus: Bus,
    kratos: Kratos,
    bytes_door: DataDoor,
) -> Resources:
    """Everything the views reach."""
    statics = load_statics()
    web = settings.web
    public_url = web.public_url.rstrip("/")
    names_key = derive(key, "web/names")
    return Resources(
        settings=settings,
        bus=bus,
        kratos=kratos,
        bytes_door=bytes_door,
        templates=create_environment(statics, settings),
        statics=statics,
        sessions=Sessions(bus, kratos),
        access_keys=AccessKeys(bus, sealing_key(key), Uses()),
        share_links=ShareLinks(bus, Uses(of_links)),
        live=Live(connections=web.live_connections, per_address=web.live_per_address),
        once=Once(),
        guesses=create_guesses(web, names_key, bus),
        asked_by_caller=Rate(web.api_per_caller, key=names_key),
        asked_by_address=Rate(web.api_per_address, key=names_key),
        readmes=Memory(RENDERED_SECONDS, entries=500),
        previews=Memory(RENDERED_SECONDS, entries=200),
        preview_turns=Turns(at_once=PREVIEWS_AT_ONCE, most=PREVIEWS_IN_LINE),
        # A third of a second's work that a start does not wait for.
        api_schema=cache(lambda: openapi_of(create_api())),
        cookies=CookiePolicy(is_secure=public_url.startswith("https:")),
        form_key=derive(key, "web/forms"),
        hook_secret=hook_secret(key),
    )


def create_guesses(web: EdgeSettings, key: bytes, bus: Bus) -> Guesses:
    """By account and by address."""
    longest = web.longest_wait_seconds
    by = {
        "account": Backoff(free=web.tries_per_account, longest_seconds=longest),
        "address": Backoff(free=web.tries_per_address, longest_seconds=longest),
    }
    return Guesses(by, key=key, tell=bus.tell)


def create_site(resources: Resources) -> ASGIApp:
    """The application behind the public door; what is outermost comes last."""
    site = Starlette(routes=create_routes(create_api()), exception_handlers=HANDLERS)
    site.router.redirect_slashes = False
    squeezed = GZipMiddleware(
        site,
        minimum_size=SMALLEST_GZIP,
        compresslevel=GZIP_LEVEL,
        exclude_content_types=(*DEFAULT_EXCLUDED_CONTENT_TYPES, PARQUET),
    )
    secured = SecurityHeaders(
        squeezed,
        public_url=resources.public_url,
        data_door=resources.data_door,
    )
    return Entrance(secured, resources)


def hear(bus: Bus, resources: Resources, tallies: Tallies) -> None:
    """Name the doors by which open pages are told, and what other processes count."""
    bus.overhear(GUESSED, resources.guesses.heard)
    bus.overhear(ASKED, tallies.heard)
    live = resources.live
    for subject, handlers in HEARD.items():
        bus.hear(subject, {event: partial(handle, live) for event, handle in handlers.items()})
