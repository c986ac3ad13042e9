"""What is beside a .shp under the same name, and what each of these says."""

from dataclasses import dataclass, field

from pyproj import CRS

from services.indexer.extractors import crs as systems
from services.indexer.extractors.dbase.header import is_dbase, read_header
from services.indexer.extractors.facts import Column, Malformed
from services.indexer.extractors.shapefile.header import SIZE
from services.indexer.extractors.sparse_file import SparseFile

SUFFIX = "shp"
BINARY, TEXT, XML = "application/octet-stream", "text/plain", "application/xml"
# All that programs write beside it, and what each is to the whole as an asset of STAC.
ASSETS = {
    "shx": ("index", "application/vnd.shx"), "dbf": ("data", "application/vnd.dbf"),
    "prj": ("metadata", TEXT), "cpg": ("metadata", TEXT), "qpj": ("metadata", TEXT),
    "shp.xml": ("metadata", XML), "qix": ("index", BINARY), "sbn": ("index", BINARY),
    "sbx": ("index", BINARY),
}  # fmt: skip
INDEX_ENTRY = 8
# A name of an encoding and a definition are short; what is longer is neither.
LONGEST_NAME = 100


@dataclass(slots=True)
class Sidecars:
    """`files` are those that there are, by their endings. `features` is None where none counts."""

    files: dict[str, SparseFile]
    features: int | None = None
    columns: list[Column] = field(default_factory=list)
    crs: CRS | None = None
    encoding: str = ""


def read_sidecars(file: SparseFile) -> Sidecars:
    """Raises Malformed where the coordinate system is none; a broken table is passed over."""
    stem, _, suffix = file.name.rpartition(".")
    if file.suffix != SUFFIX:
        return Sidecars({})
    # Programs that shout one ending shout them all.
    shouts = suffix.isupper()
    names = {ending: f"{stem}.{ending.upper() if shouts else ending}" for ending in ASSETS}
    there = file.beside(*names.values())
    found = Sidecars({ending: there[name] for ending, name in names.items() if name in there})
    found.encoding = _encoding(found.files.get("cpg"))
    _add_table(found, found.files.get("dbf"))
    index = found.files.get("shx")
    if index is not None and index.size >= SIZE:
        # As GDAL counts: every shape has an entry there, also where the table has no row for it.
        found.features = (index.size - SIZE) // INDEX_ENTRY
    system = found.files.get("prj")
    found.crs = systems.read_definition(system) if system else None
    return found


def _add_table(found: Sidecars, table: SparseFile | None) -> None:
    if table is None or not is_dbase(table):
        return
    try:
        header = read_header(table)
    except Malformed:
        # Its own page says why.
        return
    found.features, found.columns = header.rows, header.columns(found.encoding)


def _encoding(file: SparseFile | None) -> str:
    """What the .cpg names, as Python knows it; empty where it is nothing that it knows."""
    said = file.head(LONGEST_NAME).decode("ascii", "replace").strip() if file else ""
    name = said.lower().removeprefix("ansi ").strip()
    if name.isdecimal():
        name = {"65001": "utf-8"}.get(name, f"cp{name}")
    if name.startswith("cp8859"):
        name = f"iso8859-{name.removeprefix('cp8859')}"
    try:
        b" ".decode(name or "utf-8", "replace")
    except (LookupError, ValueError):
        return ""
    return name
