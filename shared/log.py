"""Structured logs: pretty on a terminal, JSON lines elsewhere, one correlation id on every line.

The id starts at the HTTP or S3 request and travels in message headers through bus and index.
"""

import logging
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar

import structlog
from structlog.processors import ExceptionRenderer
from structlog.tracebacks import ExceptionDictTransformer
from structlog.typing import EventDict, FilteringBoundLogger, Processor

from shared.identifiers import new_uid
from shared.settings import LogSettings

_correlation: ContextVar[str] = ContextVar("correlation", default="")


def correlation_id() -> str:
    """The id of what is being worked on, or empty outside any work."""
    return _correlation.get()


@contextmanager
def correlated(correlation: str = "") -> Iterator[str]:
    """Work under this id, or under a new one."""
    token = _correlation.set(correlation or new_uid())
    try:
        yield _correlation.get()
    finally:
        _correlation.reset(token)


def _add_correlation(_: object, __: str, event: EventDict) -> EventDict:
    if correlation := _correlation.get():
        event["correlation"] = correlation
    return event


def _shape(settings: LogSettings) -> list[Processor]:
    pretty = settings.format == "pretty" or (settings.format == "auto" and sys.stderr.isatty())
    if pretty:
        return [structlog.dev.ConsoleRenderer(exception_formatter=structlog.dev.plain_traceback)]
    # A frame's variables may hold a password or a key, so they are left out here and above.
    frames = ExceptionRenderer(ExceptionDictTransformer(show_locals=False))
    return [frames, structlog.processors.JSONRenderer()]


def configure(settings: LogSettings, *, service: str) -> None:
    """Set up logging once per process; libraries' own warnings come through the same way."""
    level = logging.getLevelName(settings.level.upper())
    shared: list[Processor] = [
        structlog.stdlib.add_log_level,
        structlog.processors.TimeStamper(fmt="iso", utc=True),
        _add_correlation,
    ]
    structlog.configure(
        processors=[structlog.stdlib.filter_by_level, *shared, *_to_stdlib()],
        logger_factory=structlog.stdlib.LoggerFactory(),
        wrapper_class=structlog.stdlib.BoundLogger,
        cache_logger_on_first_use=True,
    )
    handler = logging.StreamHandler(sys.stderr)
    handler.setFormatter(
        structlog.stdlib.ProcessorFormatter(
            foreign_pre_chain=shared,
            processors=[
                structlog.stdlib.ProcessorFormatter.remove_processors_meta,
                *_shape(settings),
            ],
        )
    )
    root = logging.getLogger()
    root.handlers[:] = [handler]
    root.setLevel(level)
    for chatty in ("nats", "_granian", "httpx", "httpcore", "asyncio", "botocore", "aiobotocore"):
        logging.getLogger(chatty).setLevel(max(level, logging.WARNING))
    structlog.contextvars.bind_contextvars(service=service)


def _to_stdlib() -> list[Processor]:
    return [
        structlog.contextvars.merge_contextvars,
        structlog.stdlib.ProcessorFormatter.wrap_for_formatter,
    ]


def logger(name: str) -> FilteringBoundLogger:
    """A logger; `name` is the room it speaks from."""
    log: FilteringBoundLogger = structlog.get_logger(name)
    return log
