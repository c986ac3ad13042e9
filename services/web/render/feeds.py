"""Repositories as an Atom feed (RFC 4287), with the way to older ones (RFC 5005 §3)."""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from xml.etree.ElementTree import Element, SubElement, tostring

from services.web.addresses import directory_page
from shared.contracts.repositories import Repository

MEDIA_TYPE = "application/atom+xml"
NAMESPACE = "http://www.w3.org/2005/Atom"
# What no XML document can hold, however it is escaped (XML 1.0 §2.2).
NOT_XML = re.compile("[^\t\n\r\u0020-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")
# Of a feed without entries, which must have one too.
NEVER = datetime(1970, 1, 1, tzinfo=UTC)


@dataclass(frozen=True)
class Feed:
    """What is fed: `page` shows the same to people, `older` is where the feed goes on."""

    title: str
    address: str
    page: str
    repositories: Sequence[Repository]
    older: str = ""


def atom(feed: Feed, public_url: str) -> bytes:
    """The document."""
    root = Element("feed", xmlns=NAMESPACE)
    updated = max((one.updated_at for one in feed.repositories), default=NEVER)
    _add(root, id=public_url + feed.address, title=feed.title, updated=updated.isoformat())
    links = {"self": feed.address, "alternate": feed.page, "next": feed.older}
    for rel, address in links.items():
        if address:
            SubElement(root, "link", rel=rel, href=public_url + address)
    root.extend(_entries(feed, public_url))
    document: bytes = tostring(root, encoding="utf-8", xml_declaration=True)
    return document


def _entries(feed: Feed, public_url: str) -> Iterator[Element]:
    for one in feed.repositories:
        entry, page = Element("entry"), directory_page(one.account_id, one.repository_id)
        # Names change, uids do not.
        _add(entry, id=f"urn:coop:repository:{one.repository_uid}", title=one.title)
        _add(entry, published=one.created_at.isoformat(), updated=one.updated_at.isoformat())
        _add(SubElement(entry, "author"), name=one.account_id)
        _add(entry, summary=one.description)
        SubElement(entry, "link", rel="alternate", href=public_url + page)
        for tag in one.tags:
            SubElement(entry, "category", term=NOT_XML.sub("", tag))
        yield entry


def _add(parent: Element, **texts: str) -> None:
    for name, text in texts.items():
        SubElement(parent, name).text = NOT_XML.sub("", text)
