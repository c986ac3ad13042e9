"""What each point carries, by its format (LAS 1.4 R15 §2.6, tables 7 to 17)."""

from services.indexer.extractors.facts import Dimension

_XYZ = [("X", 4, "signed"), ("Y", 4, "signed"), ("Z", 4, "signed"), ("Intensity", 2, "unsigned")]
_OLD = [
    *_XYZ, ("ReturnByte", 1, "unsigned"), ("Classification", 1, "unsigned"),
    ("ScanAngleRank", 1, "signed"), ("UserData", 1, "unsigned"), ("PointSourceId", 2, "unsigned"),
]  # fmt: skip
_NEW = [
    *_XYZ, ("ReturnByte", 1, "unsigned"), ("FlagByte", 1, "unsigned"),
    ("Classification", 1, "unsigned"), ("UserData", 1, "unsigned"), ("ScanAngle", 2, "signed"),
    ("PointSourceId", 2, "unsigned"), ("GpsTime", 8, "floating"),
]  # fmt: skip
_TIME = [("GpsTime", 8, "floating")]
_COLOUR = [("Red", 2, "unsigned"), ("Green", 2, "unsigned"), ("Blue", 2, "unsigned")]
_INFRARED = [("Infrared", 2, "unsigned")]
_WAVES = [
    ("WavePacketIndex", 1, "unsigned"), ("WaveOffset", 8, "unsigned"),
    ("WavePacketSize", 4, "unsigned"), ("WaveReturnLocation", 4, "floating"),
    ("WaveXt", 4, "floating"), ("WaveYt", 4, "floating"), ("WaveZt", 4, "floating"),
]  # fmt: skip

FORMATS = (
    _OLD, _OLD + _TIME, _OLD + _COLOUR, _OLD + _TIME + _COLOUR, _OLD + _TIME + _WAVES,
    _OLD + _TIME + _COLOUR + _WAVES, _NEW, _NEW + _COLOUR, _NEW + _COLOUR + _INFRARED,
    _NEW + _WAVES, _NEW + _COLOUR + _INFRARED + _WAVES,
)  # fmt: skip


def dimensions_of(point_format: int) -> list[Dimension]:
    """Name, bytes and kind of each; empty for a format that the standard does not have."""
    known = FORMATS[point_format] if point_format < len(FORMATS) else []
    return [Dimension(name, size, kind) for name, size, kind in known]
