"""Lists that people type into one field, a line each: links, and authors."""

import re
from collections.abc import Iterable

from shared.contracts.metadata import Author, Link

ORCID_AT_END = re.compile(r"\s+(?:https?://orcid\.org/)?((?:\d{4}-){3}\d{3}[\dXx])$")


def read_links(text: object) -> object:
    """`https://example.org The paper`, a line each."""
    return [_link(line) for line in _lines(text)] if isinstance(text, str) else text


def write_links(links: Iterable[Link]) -> str:
    """As `read_links` reads them."""
    return "\n".join(f"{link.url} {link.title}".strip() for link in links)


def read_authors(text: object) -> object:
    """`Keeling, Charles D. 0000-0002-1825-0097 (Scripps)`: the family comes first.

    What has no comma, or stands in quotes, is no person but a group or an institution.
    """
    return [_author(line) for line in _lines(text)] if isinstance(text, str) else text


def write_authors(authors: Iterable[Author]) -> str:
    """As `read_authors` reads them."""
    return "\n".join(_author_line(author) for author in authors)


def _lines(text: str) -> list[str]:
    return [line for raw in text.splitlines() if (line := " ".join(raw.split()))]


def _link(line: str) -> dict[str, str]:
    url, _, title = line.partition(" ")
    return {"url": url, "title": title}


def _author(line: str) -> dict[str, str]:
    names, affiliation = line, ""
    if line.endswith(")") and " (" in line:
        names, _, affiliation = line[:-1].partition(" (")
    orcid = ORCID_AT_END.search(names)
    names = ORCID_AT_END.sub("", names)
    known = {"affiliation": affiliation, "orcid": orcid[1] if orcid else ""}
    if names.startswith('"') or "," not in names:
        return {"name": names.strip('"'), **known}
    family, _, given = names.partition(",")
    return {"family_names": family.strip(), "given_names": given.strip(), **known}


def _author_line(author: Author) -> str:
    name = f'"{author.name}"' if "," in author.name else author.name
    if not name:
        name = f"{author.family_names}, {author.given_names}"
    affiliation = f"({author.affiliation})" if author.affiliation else ""
    return " ".join(part for part in (name, author.orcid, affiliation) if part)
