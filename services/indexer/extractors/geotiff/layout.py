"""How the images of a file lie in it: overviews, masks, pages, and whether it is a valid COG.

The rules and their order are those of GDAL's validate_cloud_optimized_geotiff.
"""

from dataclasses import dataclass, field

from services.indexer.extractors.geotiff.raster import (
    STRIP_OFFSETS,
    TILE_OFFSETS,
    Raster,
    raster,
)
from services.indexer.extractors.geotiff.tags import Directory, Tiff
from services.indexer.extractors.sparse_file import OutOfBytes

SUBFILE_TYPE = 254
REDUCED, MASK = 1, 4
GHOST = b"GDAL_STRUCTURAL_METADATA_SIZE="
GHOST_BYTES = 43
SMALL_SIDE, WIDE_BLOCK = 512, 1024


@dataclass(slots=True)
class Image:
    """One directory and the pixels it describes."""

    directory: Directory
    raster: Raster


@dataclass(slots=True)
class Layout:
    """The main image, what accompanies it, and `against`: reasons why it is no valid COG."""

    main: Image
    overviews: list[Image] = field(default_factory=list)
    masks: int = 0
    pages: int = 1
    is_whole: bool = True
    against: list[str] = field(default_factory=list)

    @property
    def factors(self) -> list[int]:
        """How much smaller each overview is: 2, 4, 8."""
        return [round(self.main.raster.width / one.raster.width) for one in self.overviews]


def layout(tiff: Tiff) -> Layout:
    """All images, or those that were within reach of the budget."""
    directories = tiff.directories()
    first = next(directories)
    found = Layout(Image(first, raster(first)))
    try:
        for directory in directories:
            _add(found, directory)
        found.against = _reasons(tiff, found)
    except OutOfBytes:
        found.is_whole = False
        found.against = ["not all of its directories were read"]
    return found


def _add(found: Layout, directory: Directory) -> None:
    kind = directory.number(SUBFILE_TYPE)
    if kind & MASK:
        found.masks += 1
    elif kind & REDUCED:
        found.overviews.append(Image(directory, raster(directory)))
    else:
        found.pages += 1


def _reasons(tiff: Tiff, found: Layout) -> list[str]:
    return [
        *_against_start(tiff, found.main),
        *_against_images(found),
        *_against_order(found),
    ]


def _against_start(tiff: Tiff, main: Image) -> list[str]:
    """The first directory comes right after the header, or after GDAL's own notes."""
    header = 16 if tiff.is_big else 8
    expected = header
    if tiff.file.size > header + GHOST_BYTES:
        note = tiff.file.read(header, GHOST_BYTES)
        length = note[len(GHOST) : len(GHOST) + 6]
        if note.startswith(GHOST) and length.isdigit():
            expected = header + GHOST_BYTES + int(length)
            expected += expected % 2
    if main.directory.offset != expected:
        return ["its main directory is not at the start of the file"]
    return []


def _against_images(found: Layout) -> list[str]:
    """Large images are tiled, and each overview is smaller than the one before."""
    reasons = []
    if _is_wide(found.main.raster):
        reasons.append("it is not tiled")
    before = found.main.raster
    for number, overview in enumerate(found.overviews, 1):
        if overview.raster.width > before.width or overview.raster.height > before.height:
            reasons.append(f"overview {number} is larger than the one before")
        if _is_wide(overview.raster):
            reasons.append(f"overview {number} is not tiled")
        before = overview.raster
    return reasons


def _is_wide(image: Raster) -> bool:
    is_small = max(image.width, image.height) <= SMALL_SIDE
    return not is_small and image.block[0] == image.width and image.block[0] > WIDE_BLOCK


def _against_order(found: Layout) -> list[str]:
    """Directories from large to small, then pixels from small to large."""
    images = [found.main, *found.overviews]
    reasons = []
    offsets = [image.directory.offset for image in images]
    if offsets != sorted(offsets):
        reasons.append("its directories are not in the order of their sizes")
    blocks = [_first_block(image.directory) for image in images]
    if 0 < blocks[-1] < offsets[-1]:
        reasons.append("pixels come before the last directory")
    stored = [block for block in blocks if block]
    if stored != sorted(stored, reverse=True):
        reasons.append("pixels of larger images come before those of smaller ones")
    return reasons


def _first_block(directory: Directory) -> int:
    """Where the pixels begin; 0 for a block that was left out as empty."""
    return directory.number(TILE_OFFSETS) or directory.number(STRIP_OFFSETS)
