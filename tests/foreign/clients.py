"""Every client there is, by the name that it has in docs/s3-compatibility.md."""

from collections.abc import Callable
from functools import partial

from tests.door import Door
from tests.foreign.client import Client
from tests.foreign.library import Gdal, GdalCurl, NodeSdk, PythonLibrary
from tests.foreign.tools import AwsCli, Curl, Rclone, S3cmd, S5cmd

CLIENTS: dict[str, Callable[[Door, str], Client]] = {
    "awscli": AwsCli,
    "boto3": partial(PythonLibrary, package="boto3"),
    "s3fs": partial(PythonLibrary, package="s3fs"),
    "obstore": partial(PythonLibrary, package="obstore"),
    "pyarrow": partial(PythonLibrary, package="pyarrow"),
    "rasterio /vsis3": Gdal,
    "rasterio /vsicurl": GdalCurl,
    "DuckDB httpfs": partial(PythonLibrary, package="duckdb"),
    "rclone": Rclone,
    "s5cmd": S5cmd,
    "s3cmd": S3cmd,
    "AWS SDK for JavaScript": NodeSdk,
    "curl": Curl,
}
