"""Files of many formats, as the programs write them that people use."""

import gzip
import io
import struct
import zipfile
from fractions import Fraction
from typing import Any

import laspy
import numpy as np
import orjson
from PIL import ExifTags, Image
from pyproj import CRS

LAYERS = [
    {"id": "water", "minzoom": 0, "maxzoom": 4, "fields": {"name": "String", "area": "Number"}}
]
KML_HEAD = '<?xml version="1.0" encoding="UTF-8"?><kml xmlns="http://www.opengis.net/kml/2.2">'
TRACK = """<?xml version="1.0"?>
<gpx version="1.1" creator="Watch" xmlns="http://www.topografix.com/GPX/1/1">
<metadata><name>Morning</name><time>2019-01-01T00:00:00Z</time></metadata>
<wpt lat="46.5" lon="7.5"><name>Hut</name></wpt>
<trk><name>Up</name><trkseg>
<trkpt lat="46.0" lon="7.0"><ele>500</ele><time>2020-05-01T06:00:00Z</time></trkpt>
<trkpt lat="47.0" lon="8.0"><time>2020-05-01T09:30:00Z</time></trkpt>
</trkseg></trk></gpx>"""
GML = b"""<f:FeatureCollection xmlns:f="f" xmlns:gml="http://www.opengis.net/gml"><gml:featureMember>
<f:site><f:where><gml:Point srsName="urn:ogc:def:crs:EPSG::4326"><gml:pos>47 7</gml:pos></gml:Point>
</f:where><f:count>1</f:count></f:site></gml:featureMember></f:FeatureCollection>"""
METADATA = {"name": "Rivers", "attribution": "© us", "vector_layers": LAYERS}


def cloud(
    *,
    point_format: int = 3,
    version: str = "1.2",
    crs: str | None = "EPSG:32633",
    is_packed: bool = False,
    points: int = 10,
    vlrs: list[Any] | None = None,
) -> bytes:
    """Points on a line, as laspy writes them."""
    header = laspy.LasHeader(point_format=point_format, version=version)
    header.scales, header.offsets = [0.01] * 3, [500_000.0, 5_000_000.0, 0.0]
    if crs:
        header.add_crs(CRS.from_user_input(crs))
    header.vlrs.extend(vlrs or [])
    las = laspy.LasData(header)
    las.x = 500_000 + np.arange(points) * 10.0
    las.y = 5_000_000 + np.arange(points) * 20.0
    las.z = np.arange(points) * 0.5
    buffer = io.BytesIO()
    las.write(buffer, do_compress=is_packed)
    return buffer.getvalue()


def pmtiles(
    metadata: bytes,
    *,
    compression: int = 2,
    kind: int = 1,
    box: tuple[float, float, float, float] = (5.5, 47.0, 15.0, 55.0),
    version: int = 3,
    length: int | None = None,
) -> bytes:
    """An archive without tiles."""
    numbers = (127, 0, 127, len(metadata) if length is None else length, 0, 0, 0, 0, 85, 80, 70)
    degrees = (int(edge * 1e7) for edge in box)
    header = struct.pack("<11Q6B4iB2i", *numbers, 1, compression, 2, kind, 0, 4, *degrees, 2, 0, 0)
    return b"PMTiles" + bytes([version]) + header + metadata


def packed(said: Any) -> bytes:
    """JSON under gzip."""
    return gzip.compress(orjson.dumps(said))


def picture(
    form: str, mode: str = "RGB", size: tuple[int, int] = (40, 30), **options: Any
) -> bytes:
    """One of this size."""
    buffer = io.BytesIO()
    Image.new(mode, size).save(buffer, form, **options)
    return buffer.getvalue()


def exif(
    latitude: tuple[Any, ...] | None = (47, 33, 30), side: str = "N", **tags: str
) -> Image.Exif:
    """What a camera writes that knows where it is."""
    written = Image.Exif()
    written[ExifTags.Base.Make] = "Station"
    written[ExifTags.Base.Model] = "Eye 2"
    if latitude is not None:
        written[ExifTags.IFD.GPSInfo] = {
            ExifTags.GPS.GPSLatitudeRef: side,
            ExifTags.GPS.GPSLatitude: latitude,
            ExifTags.GPS.GPSLongitudeRef: "W",
            ExifTags.GPS.GPSLongitude: (7, 34, Fraction(4560, 100)),
        }
    inner = {getattr(ExifTags.Base, name): value for name, value in tags.items()}
    if inner:
        written[ExifTags.IFD.Exif] = inner
    return written


def kml(inner: str) -> bytes:
    """A document around this."""
    return f"{KML_HEAD}<Document><name>Sites</name>{inner}</Document></kml>".encode()


def kmz(inner: str, *beside: str) -> bytes:
    """The same document in an archive, with such files behind it."""
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", zipfile.ZIP_DEFLATED) as archive:
        for name in ("doc.kml", *beside):
            archive.writestr(name, kml(inner) if name == "doc.kml" else b"x" * 1000)
    return buffer.getvalue()


def placemark(coordinates: str, more: str = "") -> str:
    """A point."""
    return f"<Placemark>{more}<Point><coordinates>{coordinates}</coordinates></Point></Placemark>"
