"""GPX 1.0 and 1.1: tracks, routes and waypoints, read whole up to 8 MiB."""

from collections import Counter
from datetime import datetime
from math import isfinite

from services.indexer.extractors import words
from services.indexer.extractors.earth import bounding_box, place_of_box
from services.indexer.extractors.facts import Facts, Group, Malformed, Place, Projection
from services.indexer.extractors.markup import read_xml, root_of
from services.indexer.extractors.moments import moment_of, parse_iso, span_in_words
from services.indexer.extractors.sparse_file import BEGINNING_ALONE, SparseFile

SUFFIXES = frozenset({"gpx"})
LABEL = "GPX"
MEDIA_TYPE = "application/gpx+xml"
POINTS = frozenset({"wpt", "rtept", "trkpt"})
COUNTED = {"trk": "track", "rte": "route", "wpt": "waypoint"}
MAX_TEXT = 200


def recognises(file: SparseFile) -> bool:
    """By its first element."""
    return root_of(file.head()) == "gpx"


def parse(file: SparseFile) -> Facts:
    """Counts, place and time. Raises Malformed."""
    data, found = file.whole(), _Survey()
    read_xml(data or file.head(), found.take, is_whole=data is not None)
    place = found.place() if data is not None else None
    counted = [
        words.count(found.counts[name], word)
        for name, word in COUNTED.items()
        if found.counts[name]
    ]
    facts = Facts(
        format=LABEL,
        media_type=MEDIA_TYPE,
        summary=", ".join([LABEL, *(counted if data is not None else [words.size(file.size)])]),
        place=place,
        moment=moment_of(found.times, "from its points") if data is not None else None,
        projection=Projection(code="EPSG:4326", bbox=list(place.bbox)) if place else None,
    )
    if data is None:
        facts.partial = BEGINNING_ALONE
    facts.groups = [_group(found, facts)]
    return facts


def _group(found: "_Survey", facts: Facts) -> Group:
    group = Group("Tracks")
    group.add("Name", found.name)
    for name, word in COUNTED.items():
        count = found.counts[name]
        group.add(f"{word.capitalize()}s", f"{count:,}" if count and not facts.partial else "")
    group.add("Points", "" if facts.partial else f"{len(found.latitudes):,}")
    group.add("Bounding box", words.box(facts.place.bbox) if facts.place else "")
    group.add("Time", span_in_words(facts.moment) if facts.moment else "")
    group.add("Written by", found.creator)
    return group


class _Survey:
    """What was seen so far."""

    def __init__(self) -> None:
        self.counts: Counter[str] = Counter()
        self.longitudes: list[float] = []
        self.latitudes: list[float] = []
        self.times: list[datetime] = []
        self.name = self.creator = ""

    def take(self, path: list[str], attributes: dict[str, str], text: str) -> None:
        """One element."""
        name, parent = path[-1], path[-2] if len(path) > 1 else ""
        if name in COUNTED:
            self.counts[name] += 1
        if name in POINTS:
            self._add(attributes)
        elif name == "time" and parent in POINTS:
            moment = parse_iso(text)
            self.times += [moment] if moment else []
        elif name == "name" and not self.name:
            self.name = text[:MAX_TEXT]
        elif not parent:
            self.creator = attributes.get("creator", "")[:MAX_TEXT]

    def _add(self, attributes: dict[str, str]) -> None:
        try:
            latitude, longitude = float(attributes["lat"]), float(attributes["lon"])
        except (KeyError, ValueError) as error:
            raise Malformed("One of its points is not where numbers say.") from error
        if not (isfinite(latitude) and isfinite(longitude)):
            raise Malformed("One of its points is not where numbers say.")
        self.latitudes.append(latitude)
        self.longitudes.append(longitude)

    def place(self) -> Place | None:
        """Around all points."""
        if not self.latitudes:
            return None
        spans = [(one, one) for one in self.longitudes]
        return place_of_box(*bounding_box(spans, self.latitudes))
