"""Keys as names that can be unpacked: nowhere but below, and never one on top of another.

What is not safe is percent-encoded, and where anything looks like an escape already, that too. A
segment that is too long for a file system goes on in a folder of its own, behind `%~`. So two keys
never get one name: `unquote(name.replace("%~/", ""))` is the key.
"""

import re
from collections.abc import Collection
from urllib.parse import quote

# Segments that are empty, `.` or `..`; characters that terminals or Windows read otherwise; what
# looks like an escape; a drive.
_UNSAFE = re.compile(
    r"(?:\A|/)\.{0,2}(?:/|\Z)|[\x00-\x1f\x7f-\x9f\\]|%(?:[0-9A-Fa-f]{2}|~)|\A[A-Za-z]:"
).search
_ESCAPED = re.compile(r"[%\x00-\x1f\x7f-\x9f\\]").sub
_DRIVE = re.compile(r"(?<=\A[A-Za-z]):").sub
_PIECES = re.compile(r"%[0-9A-F]{2}|.", re.DOTALL).findall
DOTS = {".": "%2E", "..": "%2E%2E"}
SLASH, GOES_ON = "%2F", "%~/"
SEGMENT_BYTES = 255
# So many characters are never more bytes.
SHORT = SEGMENT_BYTES // 4


def still_above(files: list[str], key: str) -> None:
    """Of the keys before this one, sorted as they are, leave those that may be folders of it."""
    while files and not key.startswith(files[-1]):
        files.pop()


def name_of(key: str, files: Collection[str], *, is_empty: bool) -> str:
    """The name in an archive; `files` are keys before it that it begins with.

    A file and a folder of one name cannot be unpacked beside each other: what is below a key that
    is a file itself gets no folder. An empty object whose key ends in a slash is a folder.
    """
    clashes = {len(file) for file in files if key.startswith("/", len(file))}
    is_folder = is_empty and len(key) > 1 and key[-1] == "/" and len(key) - 1 not in clashes
    text = key[:-1] if is_folder else key
    if clashes or _UNSAFE(text) or _is_long(text):
        text = _escaped(text, clashes)
    return f"{text}/" if is_folder else text


def _is_long(text: str) -> bool:
    return len(text) > SHORT and any(
        len(segment.encode()) > SEGMENT_BYTES for segment in text.split("/")
    )


def _escaped(text: str, clashes: Collection[int]) -> str:
    """With a slash escaped where one beside it would make an empty segment, or a clash."""
    first, *rest = text.split("/")
    parts, before, position = [_segment(first)], first, len(first)
    for segment in rest:
        is_plain = before and segment and position not in clashes
        parts += ["/" if is_plain else SLASH, _segment(segment)]
        before, position = segment, position + 1 + len(segment)
    return "/".join(map(_broken, _DRIVE("%3A", "".join(parts)).split("/")))


def _segment(segment: str) -> str:
    return DOTS.get(segment) or _ESCAPED(lambda found: quote(found[0], safe=""), segment)


def _broken(segment: str) -> str:
    """In lengths that file systems take."""
    lengths, left = [""], SEGMENT_BYTES - len(GOES_ON)
    for piece in _PIECES(segment):
        size = len(piece.encode())
        if size > left:
            lengths, left = [*lengths, ""], SEGMENT_BYTES - len(GOES_ON)
        lengths[-1] += piece
        left -= size
    return GOES_ON.join(lengths)
