"""Items in figures (STAC API aggregation extension 0.3)."""

from collections.abc import Mapping
from dataclasses import replace
from typing import Any, get_args

from starlette.requests import Request
from starlette.responses import Response

from services.web.resources import caller_of, resources_of
from services.web.stac_api.answers import answer
from services.web.stac_api.browsing import links_of
from services.web.stac_api.filters import read, values_of_body, values_of_query
from services.web.stac_api.search import filter_of
from shared.contracts.indexer import (
    MOST_PRECISE,
    AggregateItems,
    Aggregation,
    AggregationName,
    GetCollection,
    Interval,
)
from shared.fields import invalid

Document = dict[str, Any]

NAMES, INTERVALS = get_args(AggregationName), get_args(Interval)
DATETIMES, CELLS = "datetime_frequency", "centroid_geohash_grid_frequency"
INTERVAL, PRECISION = f"{DATETIMES}_interval", f"{CELLS}_precision"
# What each figure is; of those with buckets what their keys are.
SINGLE: Mapping[str, str] = {
    "total_count": "integer",
    "datetime_min": "datetime",
    "datetime_max": "datetime",
}
KEYS: Mapping[str, str] = {"collection_frequency": "string", DATETIMES: "datetime", CELLS: "string"}


async def aggregations(request: Request) -> Response:
    """What can be asked for, of all items or of those of a collection."""
    collection_id = await _collection(request)
    body = {
        "type": "AggregationCollection",
        "aggregations": [_offered(name) for name in NAMES],
        "links": links_of(request).aggregations(collection_id),
    }
    return answer(request, body)


async def aggregate(request: Request) -> Response:
    """Figures of the items asked for, by GET or by POST."""
    collection_id = await _collection(request)
    is_post = request.method == "POST"
    values = await values_of_body(request) if is_post else values_of_query(request)
    wanted = read(values)
    if collection_id:
        wanted = replace(wanted, collections=(collection_id,))
    visitor = await caller_of(request)
    asked = AggregateItems(actor=visitor.actor, **_asked(values), **filter_of(wanted))
    found = await resources_of(request).bus.request(asked)
    body = {
        "type": "AggregationCollection",
        "aggregations": [_told(one) for one in found.aggregations],
        "links": links_of(request).aggregate(collection_id),
    }
    return answer(request, body)


async def _collection(request: Request) -> str:
    """The id in the address, of a collection that the caller may see; empty where it is of all."""
    collection_id = str(request.path_params.get("collection_id", ""))
    if collection_id:
        visitor = await caller_of(request)
        wanted = GetCollection(actor=visitor.actor, collection_id=collection_id)
        await resources_of(request).bus.request(wanted)
    return collection_id


def _asked(values: Mapping[str, Any]) -> Document:
    """Which figures, and how fine. Invalid with the field to blame."""
    names = values.get("aggregations")
    if isinstance(names, str):
        names = [names]
    if not isinstance(names, list) or not names or any(name not in NAMES for name in names):
        raise invalid("aggregations", f"must be some of {', '.join(NAMES)}")
    interval = values.get(INTERVAL)
    if interval is not None and interval not in INTERVALS:
        raise invalid(INTERVAL, f"must be one of {', '.join(INTERVALS)}")
    asked = {"names": list(dict.fromkeys(names)), "interval": interval}
    precision = values.get(PRECISION)
    if precision is None:
        return asked
    if isinstance(precision, bool) or str(precision) not in map(str, range(1, MOST_PRECISE + 1)):
        raise invalid(PRECISION, f"must be a whole number from 1 to {MOST_PRECISE}")
    return asked | {"precision": int(precision)}


def _offered(name: str) -> Document:
    if name in SINGLE:
        return {"name": name, "data_type": SINGLE[name]}
    return {
        "name": name,
        "data_type": "frequency_distribution",
        "frequency_distribution_data_type": KEYS[name],
    }


def _told(one: Aggregation) -> Document:
    if one.buckets is None:
        return {"name": one.name, "data_type": SINGLE[one.name], "value": one.value}
    kind = f"interval_{one.interval}" if one.interval else "string"
    buckets = [
        {"key": bucket.key, "data_type": KEYS[one.name], "frequency": bucket.frequency}
        for bucket in one.buckets
    ]
    return {"name": one.name, "data_type": kind, "overflow": one.overflow, "buckets": buckets}
