"""DataCite 4.5 as XML, in our own words: what its documentation demands of each property.

In place of its XSD, which no package brings and whose license is said nowhere
(https://datacite-metadata-schema.readthedocs.io/en/4.5/). What we never say has no rule, so that
whoever begins to say it writes one.
"""

import re
from collections import Counter
from collections.abc import Iterator, Mapping
from itertools import pairwise
from typing import NamedTuple
from xml.etree.ElementTree import Element

NAMESPACE = "{http://datacite.org/schema/kernel-4}"
ONE, MAYBE, MANY, ANY = (1, 1), (0, 1), (1, 10**6), (0, 10**6)
SAID, YEAR = re.compile(r"(?s).*\S.*"), re.compile("[0-9]{4}")
NUMBER = re.compile(r"-?[0-9]+(?:\.[0-9]+)?(?:e-?[0-9]+)?")
# A day or a moment of W3CDTF, or from one to another with a slash between (RKMS-ISO8601).
DAY = r"[0-9]{4}(?:-[0-9]{2}){0,2}(?:T[0-9:.]{5,15}(?:Z|[+-][0-9]{2}:[0-9]{2}))?"
DATES = re.compile(rf"{DAY}(?:/{DAY})?")
CONTROLLED = {
    "dateType": "Accepted Available Collected Created Issued Submitted Updated Valid Other",
    "nameType": "Personal Organizational",
    "descriptionType": "Abstract Methods SeriesInformation TableOfContents TechnicalInfo Other",
    "resourceTypeGeneral": "Collection Dataset Image Software",
    "relatedIdentifierType": "DOI Handle URL URN",
    "relationType": "References HasMetadata IsMetadataFor HasVersion IsVersionOf",
}
LIMITS = {
    "westBoundLongitude": 180,
    "eastBoundLongitude": 180,
    "southBoundLatitude": 90,
    "northBoundLatitude": 90,
}


class Rule(NamedTuple):
    """How often each child may be there and in this order or not; attributes; what its text is."""

    children: Mapping[str, tuple[int, int]] = {}
    is_ordered: bool = False
    needs: frozenset[str] = frozenset()
    may: frozenset[str] = frozenset()
    text: re.Pattern[str] | None = None


def _leaf(text: re.Pattern[str] = SAID, *, needs: str = "", may: str = "") -> Rule:
    return Rule(needs=frozenset(needs.split()), may=frozenset(may.split()), text=text)


def _list(child: str) -> Rule:
    return Rule({child: MANY})


REQUIRED = ("identifier", "creators", "titles", "publisher", "publicationYear", "resourceType")
OPTIONAL = (
    *("subjects", "dates", "alternateIdentifiers", "relatedIdentifiers", "sizes", "formats"),
    *("version", "rightsList", "descriptions", "geoLocations"),
)
RULES = {
    "resource": Rule(dict.fromkeys(REQUIRED, ONE) | dict.fromkeys(OPTIONAL, MAYBE)),
    "identifier": _leaf(needs="identifierType"),
    "creators": _list("creator"),
    "creator": Rule(
        {
            "creatorName": ONE,
            "givenName": MAYBE,
            "familyName": MAYBE,
            "nameIdentifier": ANY,
            "affiliation": ANY,
        },
        is_ordered=True,
    ),
    "creatorName": _leaf(may="nameType"),
    "givenName": _leaf(),
    "familyName": _leaf(),
    "nameIdentifier": _leaf(needs="nameIdentifierScheme", may="schemeURI"),
    "affiliation": _leaf(),
    "titles": _list("title"),
    "title": _leaf(),
    "publisher": _leaf(may="publisherIdentifier publisherIdentifierScheme schemeURI"),
    "publicationYear": _leaf(YEAR),
    "resourceType": _leaf(needs="resourceTypeGeneral"),
    "subjects": _list("subject"),
    "subject": _leaf(),
    "dates": _list("date"),
    "date": _leaf(DATES, needs="dateType"),
    "alternateIdentifiers": _list("alternateIdentifier"),
    "alternateIdentifier": _leaf(needs="alternateIdentifierType"),
    "relatedIdentifiers": _list("relatedIdentifier"),
    "relatedIdentifier": _leaf(needs="relatedIdentifierType relationType"),
    "sizes": _list("size"),
    "size": _leaf(),
    "formats": _list("format"),
    "format": _leaf(),
    "version": _leaf(),
    "rightsList": _list("rights"),
    "rights": _leaf(may="rightsURI rightsIdentifier rightsIdentifierScheme schemeURI"),
    "descriptions": _list("description"),
    "description": _leaf(needs="descriptionType"),
    "geoLocations": _list("geoLocation"),
    "geoLocation": Rule({"geoLocationBox": ONE}),
    "geoLocationBox": Rule(dict.fromkeys(LIMITS, ONE)),
    **dict.fromkeys(LIMITS, _leaf(NUMBER)),
}


def faults(element: Element) -> Iterator[str]:
    """What is against the rules in an element and all within, in words."""
    name = element.tag.removeprefix(NAMESPACE)
    rule = RULES.get(name)
    if rule is None or not element.tag.startswith(NAMESPACE):
        yield f"{element.tag} has no rule"
        return
    yield from _wrong_attributes(name, element.attrib, rule)
    yield from _wrong_children(name, [one.tag.removeprefix(NAMESPACE) for one in element], rule)
    yield from _wrong_text(name, element.text or "", rule)
    for child in element:
        yield from faults(child)


def _wrong_attributes(name: str, attributes: Mapping[str, str], rule: Rule) -> Iterator[str]:
    there = {one for one in attributes if not one.startswith("{")}
    yield from (f"{name} has no {one}" for one in sorted(rule.needs - there))
    yield from (f"{name} has the unknown {one}" for one in sorted(there - rule.needs - rule.may))
    for one, value in attributes.items():
        if one in CONTROLLED and value not in CONTROLLED[one].split():
            yield f"{name} says {one} {value!r}"
        elif one.endswith("URI") and not re.fullmatch(r"https?://\S+", value):
            yield f"{name} says {one} {value!r}, which is no address"


def _wrong_children(name: str, children: list[str], rule: Rule) -> Iterator[str]:
    counts = Counter(children)
    for one, (least, most) in rule.children.items():
        if not least <= counts[one] <= most:
            yield f"{name} has {counts[one]} {one}"
    places = [[*rule.children].index(one) for one in children if one in rule.children]
    if rule.is_ordered and any(later < sooner for sooner, later in pairwise(places)):
        yield f"{name} has its parts in another order"
    yield from (f"{name} has a {one}" for one in counts if one not in rule.children)


def _wrong_text(name: str, text: str, rule: Rule) -> Iterator[str]:
    if rule.text is None:
        if text.strip():
            yield f"{name} says {text!r}"
    elif not rule.text.fullmatch(text):
        yield f"{name} says {text!r}"
    elif name in LIMITS and abs(float(text)) > LIMITS[name]:
        yield f"{name} is {text}"
