"""The first bytes by which formats are known. The order matters: the special before the general."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Signature:
    """`magic` at `offset`; and `also` somewhere in the head, or one of `suffixes`, where given."""

    magic: bytes
    label: str
    media_type: str
    offset: int = 0
    also: bytes = b""
    suffixes: tuple[str, ...] = ()

    def fits(self, head: bytes, suffix: str) -> bool:
        """Whether a file that begins so and is called so is one."""
        if not head.startswith(self.magic, self.offset):
            return False
        if not self.also and not self.suffixes:
            return True
        return (bool(self.also) and self.also in head) or suffix in self.suffixes


SQLITE, HDF5, SHAPE = b"SQLite format 3\0", b"\x89HDF\r\n\x1a\n", b"\0\0\x27\x0a"

SIGNATURES = (
    Signature(b"\x89PNG\r\n\x1a\n", "PNG image", "image/png"),
    Signature(b"\xff\xd8\xff", "JPEG image", "image/jpeg"),
    Signature(b"RIFF", "WebP image", "image/webp", also=b"WEBPVP8"),
    Signature(b"GIF8", "GIF image", "image/gif"),
    Signature(b"\0\0\0\x0cjP  \r\n\x87\n", "JPEG 2000 image", "image/jp2"),
    Signature(b"II*\0", "TIFF", "image/tiff"),
    Signature(b"MM\0*", "TIFF", "image/tiff"),
    Signature(b"II+\0", "BigTIFF", "image/tiff"),
    Signature(b"MM\0+", "BigTIFF", "image/tiff"),
    Signature(b"%PDF-", "PDF", "application/pdf"),
    Signature(b"PAR1", "Parquet", "application/vnd.apache.parquet"),
    Signature(b"ARROW1\0\0", "Arrow", "application/vnd.apache.arrow.file"),
    Signature(b"fgb\x03fgb", "FlatGeobuf", "application/vnd.flatgeobuf"),
    Signature(b"PMTiles", "PMTiles", "application/vnd.pmtiles"),
    Signature(SQLITE, "GeoPackage", "application/geopackage+sqlite3", also=b"GPKG"),
    Signature(SQLITE, "GeoPackage", "application/geopackage+sqlite3", suffixes=("gpkg",)),
    Signature(SQLITE, "SQLite database", "application/vnd.sqlite3"),
    Signature(SHAPE, "Shapefile index", "application/vnd.shx", suffixes=("shx",)),
    Signature(SHAPE, "Shapefile", "application/vnd.shp"),
    Signature(b"\x03", "Shapefile table", "application/vnd.dbf", suffixes=("dbf",)),
    Signature(b"\x30", "Shapefile table", "application/vnd.dbf", suffixes=("dbf",)),
    Signature(
        HDF5, "NetCDF-4", "application/netcdf", also=b"_NCProperties", suffixes=("nc", "nc4")
    ),
    Signature(HDF5, "HDF5", "application/x-hdf5"),
    Signature(b"CDF\x01", "NetCDF-3", "application/netcdf"),
    Signature(b"CDF\x02", "NetCDF-3", "application/netcdf"),
    Signature(b"CDF\x05", "NetCDF-3", "application/netcdf"),
    Signature(b"GRIB", "GRIB", "application/wmo-GRIB2"),
    Signature(b"LASF", "LAS point cloud", "application/vnd.las"),
    Signature(b"PK\x03\x04", "ZIP archive", "application/zip"),
    Signature(b"PK\x05\x06", "ZIP archive", "application/zip"),
    Signature(b"\x1f\x8b", "gzip", "application/gzip"),
    Signature(b"BZh", "bzip2", "application/x-bzip2"),
    Signature(b"\xfd7zXZ\0", "xz", "application/x-xz"),
    Signature(b"\x28\xb5\x2f\xfd", "Zstandard", "application/zstd"),
    Signature(b"7z\xbc\xaf\x27\x1c", "7-Zip archive", "application/x-7z-compressed"),
    Signature(b"ustar", "tar archive", "application/x-tar", offset=257),
)
