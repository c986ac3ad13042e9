"""The files beside the templates, read once: styles joined into one, every address by content.

The address holds a hash of all of them, so browsers may keep a file for ever and a new release is
seen at once. Modules import each other relatively and so stay within their release.
"""

import gzip
from dataclasses import dataclass
from hashlib import sha256
from pathlib import Path

ROOT = Path(__file__).parents[1] / "static"
# In this order: what a later file says wins.
STYLES = (
    *("tokens", "fonts", "base", "layout", "controls", "data", "maps", "forms", "prose"),
    *("states", "narrow", "paper"),
)
MEDIA_TYPES = {
    ".css": "text/css; charset=utf-8",
    ".js": "text/javascript; charset=utf-8",
    ".svg": "image/svg+xml",
    ".woff2": "font/woff2",
    ".txt": "text/plain; charset=utf-8",
    ".png": "image/png",
}
SQUEEZED = {".css", ".js", ".svg", ".txt"}


@dataclass(frozen=True, slots=True)
class StaticFile:
    """A file in memory; `gzipped` is empty where compressing gains nothing."""

    media_type: str
    body: bytes
    gzipped: bytes = b""


@dataclass(frozen=True, slots=True)
class Statics:
    """All static files by their path, and the hash that stands in their addresses."""

    release: str
    files: dict[str, StaticFile]

    def address(self, path: str) -> str:
        """Where a page asks for it."""
        return f"/static/{self.release}/{path}"


def load_statics(root: Path = ROOT) -> Statics:
    """Read the folder; a few hundred kilobytes."""
    files = {
        str(path.relative_to(root)): _file(path.suffix, path.read_bytes())
        for path in sorted(root.rglob("*"))
        if path.suffix in MEDIA_TYPES and path.parent.name != "styles"
    }
    sheets = (root / "styles" / f"{name}.css" for name in STYLES)
    files["style.css"] = _file(".css", b"\n".join(sheet.read_bytes() for sheet in sheets))
    whole = sha256()
    for path, file in sorted(files.items()):
        whole.update(path.encode() + b"\0" + file.body)
    return Statics(whole.hexdigest()[:12], files)


def _file(suffix: str, body: bytes) -> StaticFile:
    gzipped = gzip.compress(body, mtime=0) if suffix in SQUEEZED else b""
    return StaticFile(MEDIA_TYPES[suffix], body, gzipped)
