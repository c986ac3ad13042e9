"""What the page of a TIFF says of it, in groups."""

from services.indexer.extractors import words
from services.indexer.extractors.crs import title_of
from services.indexer.extractors.facts import Facts, Group
from services.indexer.extractors.geotiff.georeference import Georeference
from services.indexer.extractors.geotiff.layout import Layout
from services.indexer.extractors.geotiff.raster import metadata
from services.indexer.extractors.moments import span_in_words

SHORT_UNITS = {"metre": "m", "foot": "ft", "US survey foot": "US ft"}
HEADER = (("Description", 270), ("Software", 305), ("Artist", 315), ("Copyright", 33432))
MAX_ITEMS = 20


def groups(found: Layout, where: Georeference, facts: Facts) -> list[Group]:
    """The groups that have something to say."""
    made = [_raster(found, where, facts), _layout(found), _header(found)]
    return [group for group in made if group.lines]


def _raster(found: Layout, where: Georeference, facts: Facts) -> Group:
    image = found.main.raster
    group = Group("Raster")
    pixels, bands = words.shape(image.width, image.height), words.count(image.samples, "band")
    group.add("Dimensions", f"{pixels}, {bands}")
    empty = facts.bands[0].nodata
    group.add("Data type", image.data_type + (f", no data {empty}" if empty is not None else ""))
    group.add("Bands", ", ".join(band.description for band in facts.bands if band.description))
    group.add("Units", ", ".join(sorted({band.unit for band in facts.bands if band.unit})))
    group.add("Projection", title_of(where.crs) if where.crs else where.said)
    group.add("Resolution", _resolution(where))
    group.add("Bounding box", words.box(facts.place.bbox) if facts.place else "")
    group.add("Time", span_in_words(facts.moment) if facts.moment else "")
    return group


def _resolution(where: Georeference) -> str:
    if where.transform is None or where.crs is None:
        return ""
    a, b, _, d, e, _ = where.transform
    across, down = (a * a + d * d) ** 0.5, (b * b + e * e) ** 0.5
    steps = [across] if abs(across - down) <= across * 1e-6 else [across, down]
    if where.crs.is_geographic:
        return " × ".join(words.degrees(step) for step in steps)
    unit = where.crs.axis_info[0].unit_name if where.crs.axis_info else ""
    return " × ".join(f"{step:.6g} {SHORT_UNITS.get(unit, unit)}".strip() for step in steps)


def _layout(found: Layout) -> Group:
    image = found.main.raster
    group = Group("Layout")
    blocks = f"{words.shape(*image.block)} {'tiles' if image.is_tiled else 'strips'}"
    group.add("Compression", f"{image.compression}, {blocks}")
    group.add("Overviews", ", ".join(map(str, found.factors)) or "none")
    group.add("Masks", str(found.masks) if found.masks else "")
    group.add("Pages", f"{found.pages:,}" if found.pages > 1 else "")
    group.add("Cloud optimized", "yes" if not found.against else f"no: {'; '.join(found.against)}")
    return group


def _header(found: Layout) -> Group:
    """What people wrote into the file."""
    main = found.main.directory
    group = Group("Header")
    for name, tag in HEADER:
        group.add(name, main.text(tag))
    for attributes, value in metadata(main)[:MAX_ITEMS]:
        if "sample" not in attributes:
            group.add(attributes.get("name", ""), value)
    return group
