"""Every event and every request there is, found in shared.contracts."""

from collections.abc import Iterator
from importlib import import_module
from pkgutil import iter_modules
from typing import Any

from pydantic import BaseModel

from shared import contracts
from shared.cloudevents import EventData
from shared.contracts.base import Request

Message = type[EventData] | type[Request[Any]]


def all_events() -> list[type[EventData]]:
    """By owner and name."""
    found = [one for one in _subclasses(EventData) if hasattr(one, "event")]
    return sorted(found, key=lambda one: (one.owner, one.event, one.type_name()))


def all_requests() -> list[type[Request[Any]]]:
    """By owner and operation."""
    found = [one for one in _subclasses(Request) if hasattr(one, "owner") and not _is_open(one)]
    return sorted(found, key=lambda one: (one.owner, one.operation()))


def _subclasses(root: type[BaseModel]) -> Iterator[Any]:
    """Those that shared.contracts defines, each once."""
    for module in iter_modules(contracts.__path__):
        import_module(f"{contracts.__name__}.{module.name}")
    waiting, seen = [root], {root}
    while waiting:
        for one in waiting.pop().__subclasses__():
            if one not in seen:
                seen.add(one)
                waiting.append(one)
    # Request[Account] and the like are classes too; only what was written by hand has a plain name.
    yield from (
        one
        for one in seen
        if one.__module__.startswith(f"{contracts.__name__}.") and "[" not in one.__name__
    )


def _is_open(request: type[Request[Any]]) -> bool:
    """Whether its reply is still to be named: a base of requests."""
    return bool(request.__pydantic_generic_metadata__["parameters"])
