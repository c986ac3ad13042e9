"""Puts the catcher together: its SMTP door, and its page on the ops port."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from functools import partial

from aiosmtpd.smtp import SMTP

from infra.mail.catcher import LARGEST_BYTES, Caught
from infra.mail.page import Page
from infra.settings import MailSettings, PlatformSettings
from shared.runtime import App, Opened

SERVICE = "mail"


def create_app(settings: PlatformSettings | None = None) -> App:
    """The catcher, not yet running."""
    settings = settings or PlatformSettings()
    mail = settings.mail
    near = settings.model_copy(update={"listen": mail.listen})
    return App(SERVICE, near, mail.port, partial(opened, mail))


@asynccontextmanager
async def opened(mail: MailSettings) -> AsyncIterator[Opened]:
    """The SMTP door, for as long as it runs."""
    caught = Caught()
    loop = asyncio.get_running_loop()

    def session() -> SMTP:
        return SMTP(caught, data_size_limit=LARGEST_BYTES, enable_SMTPUTF8=True, loop=loop)

    server = await loop.create_server(session, mail.listen, mail.smtp_port)
    async with server:
        yield Opened(beside=Page(caught))
