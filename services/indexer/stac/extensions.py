"""What a file says of itself in the words of STAC's extensions."""

from typing import Any

from pystac import Asset, Item
from pystac.extensions.datacube import DatacubeExtension, Dimension, Variable
from pystac.extensions.pointcloud import PhenomenologyType, PointcloudExtension, Schema
from pystac.extensions.projection import ProjectionExtension
from pystac.extensions.table import Column, TableExtension

from services.indexer.extractors.facts import (
    Cube,
    CubeDimension,
    CubeVariable,
    PointCloud,
    Projection,
    Table,
)

UNKNOWN = [None, None]


def add_projection(asset: Asset, projection: Projection) -> None:
    """A system without a code gets `null` for it, as the extension has it, and its WKT."""
    ProjectionExtension.ext(asset, add_if_missing=True).apply(
        code=projection.code,
        wkt2=projection.wkt2,
        shape=projection.shape,
        transform=projection.transform,
        bbox=projection.bbox,
    )
    if projection.code is None:
        asset.extra_fields["proj:code"] = None


def add_table(asset: Asset, table: Table) -> None:
    """Its columns, and its rows where they were counted."""
    extension = TableExtension.ext(asset, add_if_missing=True)
    extension.columns = [Column({"name": one.name, "type": one.type}) for one in table.columns]
    if table.row_count is not None:
        extension.row_count = table.row_count
    if table.primary_geometry:
        asset.extra_fields["table:primary_geometry"] = table.primary_geometry


def add_cube(asset: Asset, cube: Cube) -> None:
    """Its dimensions and variables."""
    DatacubeExtension.ext(asset, add_if_missing=True).apply(
        dimensions={one.name: Dimension.from_dict(_dimension(one)) for one in cube.dimensions},
        variables={one.name: Variable(_variable(one)) for one in cube.variables},
    )


def _dimension(one: CubeDimension) -> dict[str, Any]:
    """A dimension of unknown reach is of its own kind: a spatial one must tell where it ends."""
    extent = list(one.extent) or UNKNOWN
    if one.kind == "time":
        return {"type": "temporal", "extent": extent}
    unit = {"unit": one.unit} if one.unit else {}
    if one.kind in {"x", "y"} and one.extent:
        return {"type": "spatial", "axis": one.kind, "extent": extent}
    if one.kind == "z":
        return {"type": "spatial", "axis": "z", "extent": extent, **unit}
    return {"type": "index", "extent": extent, **unit}


def _variable(one: CubeVariable) -> dict[str, Any]:
    said = {
        "dimensions": one.dimensions,
        "type": "data" if one.is_data else "auxiliary",
        "description": one.description,
        "unit": one.unit,
        "data_type": one.data_type,
    }
    return {name: value for name, value in said.items() if value != ""}


def add_points(item: Item, points: PointCloud) -> None:
    """How many, and what each carries. How they were measured is not said in such files."""
    schemas = [
        Schema({"name": one.name, "size": one.size, "type": one.type}) for one in points.dimensions
    ]
    PointcloudExtension.ext(item, add_if_missing=True).apply(
        count=points.count,
        type=PhenomenologyType.OTHER,
        encoding=points.encoding,
        schemas=schemas,
    )
