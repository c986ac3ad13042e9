"""Run in the foreign environment: GDAL by rasterio, over S3 or, with `curl`, over plain HTTP."""

import sys
from urllib.parse import quote

import numpy as np
import rasterio  # type: ignore[import-untyped]
import rasterio.shutil  # type: ignore[import-untyped]
import rasterio.transform  # type: ignore[import-untyped]
from rasterio.session import AWSSession  # type: ignore[import-untyped]

from tests.foreign.speaking import Verb, serve, setting

PLACE = f"{setting('COOP_ACCOUNT')}/{setting('COOP_REPOSITORY')}"
IS_PLAIN = sys.argv[1:] == ["curl"]
ROOT = f"/vsicurl/{setting('AWS_ENDPOINT_URL')}/{PLACE}" if IS_PLAIN else f"/vsis3/{PLACE}"
OPTIONS = {"AWS_HTTPS": "NO", "AWS_VIRTUAL_HOSTING": "FALSE", "VSIS3_CHUNK_SIZE": "5"}


def place(key: str) -> str:
    """What GDAL calls it: a URL is encoded by who writes it."""
    return f"{ROOT}/{quote(key) if IS_PLAIN else key}"


def make(path: str, size: int) -> None:
    """A raster of about so many bytes."""
    shape = (1, max(size // 1000, 1), 1000)
    pixels = np.random.default_rng(size).integers(0, 255, shape, dtype="uint8")
    profile = {"driver": "GTiff", "dtype": "uint8", "count": 1}
    profile["transform"] = rasterio.transform.from_origin(0, 0, 1, 2)
    with rasterio.open(path, "w", width=shape[2], height=shape[1], **profile) as raster:
        raster.write(pixels)


def upload(path: str, key: str) -> None:
    rasterio.shutil.copyfiles(path, place(key))


def download(key: str, path: str) -> None:
    rasterio.shutil.copyfiles(place(key), path)


def copy(source: str, target: str) -> None:
    rasterio.shutil.copyfiles(place(source), place(target))


def delete(keys: list[str]) -> None:
    for key in keys:
        rasterio.shutil.delete(place(key))


def window(key: str) -> list[int]:
    """How large it is, and how large a part that was read alone."""
    with rasterio.open(place(key)) as raster:
        part = raster.read(1, window=((0, 256), (0, 256)))
        return [raster.width, raster.height, *part.shape]


def main(*verbs: Verb) -> None:
    session = AWSSession(
        aws_access_key_id=setting("AWS_ACCESS_KEY_ID"),
        aws_secret_access_key=setting("AWS_SECRET_ACCESS_KEY"),
        region_name="us-east-1",
        endpoint_url=setting("AWS_ENDPOINT_URL").removeprefix("http://"),
    )
    with rasterio.Env(session, **OPTIONS):
        serve(*verbs)


if __name__ == "__main__":
    main(make, download, window, *([] if IS_PLAIN else [upload, copy, delete]))
