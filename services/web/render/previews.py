"""What a file shows of itself, as a page shows it."""

import binascii
from base64 import b64decode
from collections.abc import Sequence
from dataclasses import dataclass

from services.web.render.markdown import Beside, render_markdown
from shared.contracts.indexer import FilePreview, PreviewPart

WEBP = (b"RIFF", b"WEBP")


@dataclass(frozen=True, slots=True)
class Shown:
    """One part. `html` is safe to put on a page, and what stands there of Markdown."""

    part: PreviewPart
    html: str = ""


@dataclass(frozen=True, slots=True)
class Preview:
    """Where there are no parts, `reason` says why. `picture` is WebP, or empty."""

    parts: Sequence[Shown] = ()
    reason: str = ""
    picture: bytes = b""


def render_preview(found: FilePreview, beside: Beside) -> Preview:
    """Takes a while for Markdown: not for the event loop."""
    picture = next((_webp(part.data) for part in found.parts if part.kind == "picture"), b"")
    reason = f"There is no preview. {found.reason}" if found.reason else ""
    return Preview([_shown(part, beside) for part in found.parts], reason, picture)


def _shown(part: PreviewPart, beside: Beside) -> Shown:
    if part.kind == "markdown":
        return Shown(part, render_markdown(part.text, beside))
    # Of a picture the bytes are kept once, as they are served.
    return Shown(part.model_copy(update={"data": ""}))


def _webp(data: str) -> bytes:
    """The picture; empty where it is not what it is said to be."""
    try:
        content = b64decode(data, validate=True)
    except binascii.Error:
        return b""
    return content if (content[:4], content[8:12]) == WEBP else b""
