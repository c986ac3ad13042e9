"""What a file shows of itself, as a page shows it."""

from collections.abc import Sequence
from dataclasses import dataclass

from services.web.render.markdown import Beside, render_markdown
from shared.contracts.indexer import FilePreview, PreviewPart


@dataclass(frozen=True, slots=True)
class Shown:
    """One part. `html` is safe to put on a page, and what stands there of Markdown."""

    part: PreviewPart
    html: str = ""


@dataclass(frozen=True, slots=True)
class Preview:
    """Where there are no parts, `reason` says why."""

    parts: Sequence[Shown] = ()
    reason: str = ""


def render_preview(found: FilePreview, beside: Beside) -> Preview:
    """Takes a while for Markdown: not for the event loop."""
    return Preview([_shown(part, beside) for part in found.parts], found.reason)


def _shown(part: PreviewPart, beside: Beside) -> Shown:
    is_prose = part.kind == "markdown"
    return Shown(part, render_markdown(part.text, beside) if is_prose else "")
