"""Stores of Zarr: as GDAL writes them, and by hand as zarr-python writes them with xarray."""

import gzip
import struct
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import numpy as np
import orjson
import pyarrow as pa
import rasterio
from rasterio.transform import Affine

NAME = "a/b.zarr"
WEST, NORTH, STEP = 100.0, 40.0, 0.5


def coordinates(*, start: int = 0) -> dict[str, tuple[Any, dict[str, Any]]]:
    """Values and attributes of a small grid in time."""
    days = np.arange(start, start + 10, dtype="int64")
    return {
        "lat": (NORTH - STEP * np.arange(20.0), {"units": "degrees_north"}),
        "lon": (WEST + STEP * np.arange(30.0), {"units": "degrees_east"}),
        "time": (days, {"units": "days since 2020-01-01", "calendar": "standard"}),
    }


def packed(data: bytes, codec: str) -> bytes:
    """As one of the codecs of version 3."""
    if codec == "zstd":
        found: bytes = pa.compress(data, codec="zstd", asbytes=True)
        return found
    return gzip.compress(data) if codec == "gzip" else data


def array_v3(
    values: Any, dimensions: list[str], attributes: Mapping[str, Any], **changes: Any
) -> dict[str, Any]:
    """What describes an array whose values are one chunk."""
    return {
        "zarr_format": 3,
        "node_type": "array",
        "shape": list(values.shape),
        "data_type": str(values.dtype),
        "chunk_grid": {"name": "regular", "configuration": {"chunk_shape": list(values.shape)}},
        "chunk_key_encoding": {"name": "default", "configuration": {"separator": "/"}},
        "fill_value": "NaN",
        "codecs": [{"name": "bytes", "configuration": {"endian": "little"}}],
        "attributes": dict(attributes),
        "dimension_names": dimensions,
        **changes,
    }


def store_v3(
    arrays: Mapping[str, tuple[Any, Mapping[str, Any]]] | None = None,
    *,
    codec: str = "zstd",
    attributes: Mapping[str, Any] | None = None,
    is_consolidated: bool = True,
) -> dict[str, bytes]:
    """A store with a variable over its coordinates, by whole names; the variable has no chunks."""
    known = coordinates() if arrays is None else arrays
    codecs = [
        {"name": "bytes", "configuration": {"endian": "little"}},
        {"name": codec, "configuration": {}},
    ]
    described, files = {}, {}
    for name, (values, said) in known.items():
        described[name] = array_v3(values, [name], said, codecs=codecs)
        files[f"{NAME}/{name}/c/0"] = packed(values.tobytes(), codec)
    axes = [name for name in coordinates() if name in known]
    shape = [len(known[name][0]) for name in axes]
    cube = np.empty(0, dtype="float32")
    grid = {"name": "regular", "configuration": {"chunk_shape": [max(1, size) for size in shape]}}
    described["t2m"] = array_v3(
        cube, axes, {"units": "K", "long_name": "temperature"}, shape=shape, chunk_grid=grid
    )
    root: dict[str, Any] = {
        "zarr_format": 3, "node_type": "group", "attributes": dict(attributes or {}),
    }  # fmt: skip
    if is_consolidated:
        root["consolidated_metadata"] = {
            "kind": "inline", "must_understand": False, "metadata": described,
        }  # fmt: skip
    files |= {f"{NAME}/{name}/zarr.json": orjson.dumps(one) for name, one in described.items()}
    return files | {f"{NAME}/zarr.json": orjson.dumps(root)}


def in_shards(
    array: dict[str, Any], chunks: Sequence[bytes | None], *, is_index_first: bool = False
) -> tuple[dict[str, Any], bytes]:
    """An array of one shard with these chunks packed by zstd, None for one that is not there."""
    (size,) = array["shape"]
    inner = array["codecs"] + [{"name": "zstd", "configuration": {"level": 0}}]
    index = [{"name": "bytes", "configuration": {"endian": "little"}}, {"name": "crc32c"}]
    config = {
        "chunk_shape": [size // len(chunks)],
        "codecs": inner,
        "index_codecs": index,
        "index_location": "start" if is_index_first else "end",
    }
    place, entries, body = (16 * len(chunks) + 4) * is_index_first, b"", b""
    for chunk in chunks:
        data = b"" if chunk is None else packed(chunk, "zstd")
        absent = (2**64 - 1, 2**64 - 1)
        entries += struct.pack("<QQ", *(absent if chunk is None else (place, len(data))))
        body, place = body + data, place + len(data)
    entries += b"crc!"
    sharded = [{"name": "sharding_indexed", "configuration": config}]
    return array | {"codecs": sharded}, entries + body if is_index_first else body + entries


def store_of_gdal(
    folder: Path, *, crs: str = "EPSG:4326", compress: str = "GZIP", version: int = 2
) -> dict[str, bytes]:
    """A raster of 36 × 18 as GDAL writes it, by whole names."""
    path = folder / "b.zarr"
    step = 10 if crs == "EPSG:4326" else 1000
    transform = Affine(step, 0, -180, 0, -step, 90)
    with rasterio.open(
        path, "w", driver="Zarr", width=36, height=18, count=1, dtype="float32", crs=crs,
        transform=transform, FORMAT=f"ZARR_V{version}", COMPRESS=compress,
    ) as made:  # fmt: skip
        made.write(values_of_gdal()[np.newaxis])
    return {
        f"a/{one.relative_to(folder)}": one.read_bytes() for one in path.rglob("*") if one.is_file()
    }


def values_of_gdal() -> Any:
    """What its raster holds: enough that it is packed in more than one block."""
    return np.arange(36 * 18, dtype="float32").reshape(18, 36)
