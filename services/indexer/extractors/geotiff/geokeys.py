"""The coordinate system that GeoTIFF keys tell of (OGC 19-008r4 §7).

A code of the EPSG or ESRI registers, ESRI's own WKT in a citation, or parameters of a projection.
"""

from typing import Final, Protocol

from pyproj import CRS
from pyproj.crs import ProjectedCRS
from pyproj.exceptions import CRSError

from services.indexer.extractors import crs as systems
from services.indexer.extractors.geotiff.tags import Value

KEY_DIRECTORY, KEY_DOUBLES, KEY_TEXTS = 34735, 34736, 34737

MODEL_TYPE, RASTER_TYPE, CITATION = 1024, 1025, 1026
GEODETIC_CODE, SEMI_MAJOR, SEMI_MINOR, INVERSE_FLATTENING = 2048, 2057, 2058, 2059
PROJECTED_CODE, PROJECTED_CITATION, PROJECTION_CODE = 3072, 3073, 3074
METHOD, UNITS, UNIT_SIZE = 3075, 3076, 3077
STANDARD_1, STANDARD_2 = 3078, 3079
# The same parameter has several keys, by the method it belongs to; any of them will do.
LONGITUDES, LATITUDES = (3080, 3084, 3088, 3095), (3081, 3085, 3089)
EASTINGS, NORTHINGS, SCALES = (3082, 3086, 3090), (3083, 3087, 3091), (3092, 3093)

PROJECTED, GEOGRAPHIC = 1, 2
PIXEL_IS_POINT = 2
USER_DEFINED = 32767
ESRI_WKT = "ESRI PE String = "

UNIT_METRES: Final = {9001: 1.0, 9002: 0.3048, 9003: 1200 / 3937, 9036: 1000.0}

# Method codes of GeoTIFF, and what PROJ calls them with the parameters they take.
METHODS: Final = {
    1: "tmerc lat_0 lon_0 k_0", 7: "merc lon_0 lat_ts k_0", 8: "lcc lat_1 lat_2 lat_0 lon_0",
    9: "lcc lat_1=lat_0 lat_0 lon_0 k_0", 10: "laea lat_0 lon_0", 11: "aea lat_1 lat_2 lat_0 lon_0",
    12: "aeqd lat_0 lon_0", 13: "eqdc lat_1 lat_2 lat_0 lon_0", 14: "stere lat_0 lon_0 k_0",
    15: "stere lat_ts=lat_0 lat_0=pole lon_0 k_0", 16: "sterea lat_0 lon_0 k_0",
    17: "eqc lat_ts lat_0 lon_0", 18: "cass lat_0 lon_0", 19: "gnom lat_0 lon_0", 20: "mill lon_0",
    21: "ortho lat_0 lon_0", 22: "poly lat_0 lon_0", 23: "robin lon_0", 24: "sinu lon_0",
    25: "vandg lon_0", 26: "nzmg lat_0 lon_0", 28: "cea lat_ts lon_0",
}  # fmt: skip


class Tags(Protocol):
    """Where keys are kept: a directory of a TIFF, or the records of a point cloud."""

    def numbers(self, tag: int) -> Value:
        """All values of a tag; empty where it is absent."""

    def text(self, tag: int) -> str:
        """The text of a tag; empty where it is absent."""


class Keys:
    """The keys of one directory by number."""

    def __init__(self, directory: Tags) -> None:
        self._doubles = directory.numbers(KEY_DOUBLES)
        self._texts = directory.text(KEY_TEXTS)
        flat = directory.numbers(KEY_DIRECTORY)
        rows = zip(*[iter(flat[4:])] * 4, strict=False)
        self._rows = {
            int(key): (int(where), int(many), int(value)) for key, where, many, value in rows
        }

    def short(self, key: int) -> int:
        """A key's code; 0 where it is absent."""
        where, _, value = self._rows.get(key, (1, 0, 0))
        return value if where == 0 else 0

    def text(self, key: int) -> str:
        """A key's text, without the bar at its end."""
        where, many, value = self._rows.get(key, (0, 0, 0))
        return self._texts[value : value + many].rstrip("|\0 ") if where == KEY_TEXTS else ""

    def double(self, *keys: int) -> float | None:
        """The first of these keys that has a number."""
        for key in keys:
            where, many, value = self._rows.get(key, (0, 0, 0))
            found: Value = self._doubles[value : value + 1] if where == KEY_DOUBLES and many else ()
            if found:
                return float(found[0])
        return None

    def __bool__(self) -> bool:
        return bool(self._rows)


def crs_of(keys: Keys) -> CRS | None:
    """The coordinate system; None where the keys tell none that PROJ knows."""
    model = keys.short(MODEL_TYPE)
    if model == PROJECTED or (not model and keys.short(PROJECTED_CODE)):
        return _registered(keys.short(PROJECTED_CODE)) or _cited(keys) or _projected(keys)
    if model == GEOGRAPHIC or (not model and keys.short(GEODETIC_CODE)):
        return _geodetic(keys)
    return _cited(keys)


def said_of(keys: Keys) -> str:
    """What the file says in words, for a system that is not known."""
    codes = f"code {keys.short(PROJECTED_CODE) or keys.short(GEODETIC_CODE)}"
    return keys.text(PROJECTED_CITATION) or keys.text(CITATION) or codes


def _registered(code: int) -> CRS | None:
    if code in {0, USER_DEFINED}:
        return None
    return systems.named("EPSG", code) or systems.named("ESRI", code)


def _cited(keys: Keys) -> CRS | None:
    for citation in (keys.text(PROJECTED_CITATION), keys.text(CITATION)):
        if citation.startswith(ESRI_WKT):
            return systems.defined(citation.removeprefix(ESRI_WKT))
    return None


def _geodetic(keys: Keys) -> CRS | None:
    known = _registered(keys.short(GEODETIC_CODE))
    return known or systems.defined(f"+proj=longlat {_figure(keys, None)} +no_defs +type=crs")


def _projected(keys: Keys) -> CRS | None:
    """From parameters, on the datum of the geodetic code where that is known."""
    text = _projection(keys)
    if not text:
        return None
    base = _registered(keys.short(GEODETIC_CODE))
    plain = systems.defined(f"{text} {_figure(keys, base)} {_unit(keys)} +no_defs +type=crs")
    if plain is None or base is None or plain.coordinate_operation is None:
        return plain
    try:
        return ProjectedCRS(
            plain.coordinate_operation,
            name=said_of(keys)[:100],
            cartesian_cs=plain.coordinate_system,
            geodetic_crs=base,
        )
    except CRSError:
        return plain


def _projection(keys: Keys) -> str:
    """The projection as PROJ text; empty where its method is not known here."""
    zone = keys.short(PROJECTION_CODE)
    for first, south in ((16000, ""), (16100, " +south")):
        if first < zone <= first + 60:
            return f"+proj=utm +zone={zone - first}{south}"
    method = METHODS.get(keys.short(METHOD))
    if method is None:
        return ""
    name, *parameters = method.split()
    values = _parameters(keys)
    words = [_word(parameter, values) for parameter in parameters]
    metres = _unit_metres(keys)
    shift = [
        f"+{name}={value * metres!r}"
        for name, value in (("x_0", keys.double(*EASTINGS)), ("y_0", keys.double(*NORTHINGS)))
        if value
    ]
    return " ".join([f"+proj={name}", *filter(None, words), *shift])


def _parameters(keys: Keys) -> dict[str, float | None]:
    latitude = keys.double(*LATITUDES)
    return {
        "lat_0": latitude,
        "lon_0": keys.double(*LONGITUDES),
        "lat_1": keys.double(STANDARD_1),
        "lat_2": keys.double(STANDARD_2),
        "lat_ts": keys.double(STANDARD_1),
        "k_0": keys.double(*SCALES),
        "pole": -90.0 if (latitude or 0) < 0 else 90.0,
    }


def _word(parameter: str, values: dict[str, float | None]) -> str:
    name, _, source = parameter.partition("=")
    value = values[source or name]
    return "" if value is None else f"+{name}={value!r}"


def _figure(keys: Keys, base: CRS | None) -> str:
    """The ellipsoid: of the base, else of the keys, else WGS 84."""
    if base is not None and base.ellipsoid is not None:
        return f"+a={base.ellipsoid.semi_major_metre!r} +b={base.ellipsoid.semi_minor_metre!r}"
    major, minor, flattening = (
        keys.double(SEMI_MAJOR), keys.double(SEMI_MINOR), keys.double(INVERSE_FLATTENING),
    )  # fmt: skip
    if major and (minor or not flattening):
        return f"+a={major!r} +b={minor or major!r}"
    return f"+a={major!r} +rf={flattening!r}" if major else "+ellps=WGS84"


def _unit_metres(keys: Keys) -> float:
    return UNIT_METRES.get(keys.short(UNITS)) or keys.double(UNIT_SIZE) or 1.0


def _unit(keys: Keys) -> str:
    return f"+to_meter={_unit_metres(keys)!r}"
