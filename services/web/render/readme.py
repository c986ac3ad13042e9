"""A README as a page shows it."""

from dataclasses import dataclass

from markupsafe import escape

from services.web.render.markdown import Beside, render_markdown

# Larger ones are links: rendering is quick for what people write, not for what machines do.
LARGEST_BYTES = 64 * 1024
MARKDOWN = (".md", ".markdown")
NAMES = ("readme.md", "readme.markdown", "readme.txt", "readme")


@dataclass(frozen=True, slots=True)
class Readme:
    """`html` is safe to put on a page; where it is empty, `reason` says why."""

    key: str
    name: str
    html: str = ""
    reason: str = ""


def is_readme(name: str) -> bool:
    """Whether a file of this name is shown below the files beside it."""
    return name.lower() in NAMES


def is_prose(key: str) -> bool:
    """Whether the page of an object of this key shows it as a README."""
    name = key.rpartition("/")[2].lower()
    return is_readme(name) or name.endswith(MARKDOWN)


def render_readme(key: str, content: bytes, beside: Beside) -> Readme:
    """From the bytes as stored. Takes a second or two for the worst: not for the event loop."""
    name = key.rpartition("/")[2]
    text = content.decode("utf-8", "replace").removeprefix("\ufeff")
    if name.lower().endswith(MARKDOWN):
        return Readme(key, name, render_markdown(text, beside))
    return Readme(key, name, f"<pre>{escape(text)}</pre>")
