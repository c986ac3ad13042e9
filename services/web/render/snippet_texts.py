"""What each tool is told, by name: the slug of its tab, the tool, the text to fill in."""

TEXTS: dict[str, tuple[str, str, str]] = {
    "rasterio": (
        "python",
        "Python",
        """import rasterio

with rasterio.open(
    "$url"
) as src:
    print(src.profile)""",
    ),
    "geopandas": (
        "python",
        "Python",
        """import geopandas

frame = geopandas.read_file(
    "$url"
)""",
    ),
    "geopandas-parquet": (
        "python",
        "Python",
        """import geopandas

frame = geopandas.read_parquet(
    "$url"
)""",
    ),
    "pandas-parquet": (
        "python",
        "Python",
        """import pandas

frame = pandas.read_parquet(
    "$url"
)""",
    ),
    "xarray": (
        "python",
        "Python",
        """import xarray

data = xarray.open_zarr(
    "$folder"
)""",
    ),
    "pandas-csv": (
        "python",
        "Python",
        """import pandas

frame = pandas.read_csv(
    "$url"
)""",
    ),
    "urllib": (
        "python",
        "Python",
        """from urllib.request import urlopen

with urlopen(
    "$url"
) as response:
    data = response.read()""",
    ),
    "boto": (
        "python",
        "Python",
        """import boto3

s3 = boto3.client(
    "s3", endpoint_url="$endpoint"
)
s3.download_file(
    $bucket, $key, $name
)""",
    ),
    "pystac-client": (
        "python",
        "Python",
        """from pystac_client import Client

catalog = Client.open(
    "$catalog"
)
items = catalog.get_collection(
    "$collection"
).get_items()""",
    ),
    "gdalinfo": ("gdal", "GDAL", "gdalinfo \\\n  /vsicurl/$url"),
    "ogrinfo": ("gdal", "GDAL", "ogrinfo -so -al \\\n  /vsicurl/$url"),
    "qgis-raster": (
        "qgis",
        "QGIS",
        "Layer > Add Layer > Add Raster Layer,\nsource type Protocol, and this URI:\n$url",
    ),
    "qgis-vector": (
        "qgis",
        "QGIS",
        "Layer > Add Layer > Add Vector Layer,\nsource type Protocol, and this URI:\n$url",
    ),
    "duckdb": ("duckdb", "DuckDB", "SELECT * FROM\n  '$url'\nLIMIT 10;"),
    "duckdb-spatial": (
        "duckdb",
        "DuckDB",
        "LOAD spatial;\nSELECT * FROM ST_Read(\n  '$url'\n) LIMIT 10;",
    ),
    "terra": ("r", "R", 'library(terra)\nx <- rast(\n  "/vsicurl/$url"\n)'),
    "sf": ("r", "R", 'library(sf)\nx <- st_read(\n  "/vsicurl/$url"\n)'),
    "arrow": ("r", "R", 'library(arrow)\nx <- read_parquet(\n  "$url"\n)'),
    "read-csv": ("r", "R", 'x <- read.csv(\n  "$url"\n)'),
    "curl": ("curl", "curl", "curl -O \\\n  $url"),
    "curl-shared": ("curl", "curl", "curl -o $file \\\n  '$url'"),
    "curl-archive": ("curl", "curl", "curl -OJ \\\n  '$archive'"),
    "curl-items": ("curl", "curl", "curl $catalog/collections/$collection/items"),
    "curl-signed": (
        "curl",
        "curl",
        """curl -O $url \\
  --aws-sigv4 aws:amz:us-east-1:s3 \\
  --user "$$AWS_ACCESS_KEY_ID:$$AWS_SECRET_ACCESS_KEY" """,
    ),
    "aws-copy": (
        "aws",
        "AWS CLI",
        "aws s3 cp $place . \\\n  --endpoint-url $endpoint$unsigned",
    ),
    "aws-sync": (
        "aws",
        "AWS CLI",
        "aws s3 sync $place . \\\n  --endpoint-url $endpoint$unsigned",
    ),
}
