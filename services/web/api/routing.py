"""Where operations of the API are declared: on routers that ask first who calls."""

from fastapi import APIRouter, Depends

from services.web.api.visitors import calling


def routing(tag: str, prefix: str = "") -> APIRouter:
    """A room's router. `tag` is its part of the OpenAPI document."""
    return APIRouter(prefix=prefix, tags=[tag], dependencies=[Depends(calling)])
