"""What is published: who, which repositories, which files under which names."""

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

HERE = Path(__file__).parent
PUBLIC_DOMAIN = "CC-PDM-1.0"

MEDIA_TYPES = {
    ".csv": "text/csv",
    ".fgb": "application/vnd.flatgeobuf",
    ".geojson": "application/geo+json",
    ".gpkg": "application/geopackage+sqlite3",
    ".md": "text/markdown; charset=utf-8",
    ".nc": "application/netcdf",
    ".parquet": "application/vnd.apache.parquet",
    ".tif": "image/tiff; application=geotiff; profile=cloud-optimized",
}


@dataclass(frozen=True)
class Repository:
    """A repository of an organization; its files lie in `data/`, its README in `readmes/`."""

    account_id: str
    repository_id: str
    title: str
    description: str
    tags: tuple[str, ...]

    def files(self) -> Iterator[tuple[str, Path]]:
        """Every object as its key and where its bytes are, the README first."""
        yield "README.md", HERE / "readmes" / f"{self.repository_id}.md"
        folder = HERE / "data" / self.account_id / self.repository_id
        for path in sorted(folder.rglob("*")):
            if path.is_file():
                yield path.relative_to(folder).as_posix(), path


@dataclass(frozen=True)
class Organization:
    """An organization, as it presents itself."""

    account_id: str
    name: str
    bio: str


ORGANIZATIONS = (
    Organization("natural-earth", "Natural Earth", "Public domain map data of the whole world."),
    Organization(
        "scripps",
        "Scripps Institution of Oceanography",
        "Ocean, earth and atmosphere, measured from La Jolla since 1903.",
    ),
    Organization(
        "noaa",
        "National Oceanic and Atmospheric Administration",
        "Weather, climate, oceans and coasts of the United States and beyond.",
    ),
)

REPOSITORIES = (
    Repository(
        "natural-earth",
        "countries",
        "Countries of the world",
        "177 countries at 1:110 million as GeoParquet, FlatGeobuf, GeoPackage and Shapefile.",
        ("boundaries", "countries", "vector"),
    ),
    Repository(
        "scripps",
        "mauna-loa-co2",
        "Carbon dioxide at Mauna Loa, 1958-2001",
        "The Keeling curve: weekly means of CO2 in the air at Mauna Loa, as CSV and NetCDF.",
        ("atmosphere", "carbon-dioxide", "time-series"),
    ),
    Repository(
        "noaa",
        "globe-land-mask",
        "Land mask at 30 arc-seconds",
        "Land and sea in five windows, derived from GLOBE 1.0, as Cloud Optimized GeoTIFFs.",
        ("coastline", "land-cover", "raster"),
    ),
)


def media_type(path: Path) -> str:
    """What the file is, as a client that knows would say."""
    return MEDIA_TYPES.get(path.suffix, "application/octet-stream")
