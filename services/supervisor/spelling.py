"""Settings that nothing reads: a slip in a name is told, instead of being passed over."""

from collections.abc import Iterable, Iterator
from difflib import get_close_matches

from pydantic import BaseModel

from infra.settings import PlatformSettings
from services.accounts.settings import ServiceSettings as Accounts
from services.indexer.settings import ServiceSettings as Indexer
from services.repositories.settings import ServiceSettings as Repositories
from services.storage.settings import ServiceSettings as Storage
from services.supervisor.refusal import StartRefused
from services.web.settings import ServiceSettings as Web

PREFIX = "COOP_"
SERVICES: tuple[type[BaseModel], ...] = (Accounts, Repositories, Storage, Indexer, Web)
# What the command `coop` reads, which people may have set for themselves (client/coop/settings.py).
OF_THE_CLIENT = {
    "COOP_SERVER",
    "COOP_ACCESS_KEY_ID",
    "COOP_SECRET_ACCESS_KEY",
    "COOP_SESSION_TOKEN",
    "COOP_PROFILE",
    "COOP_CONFIG_FOLDER",
}


def check_names(names: Iterable[str]) -> list[str]:
    """Names of ours that nothing reads and that look like no setting; StartRefused for a slip."""
    models: tuple[type[BaseModel], ...] = (PlatformSettings, *SERVICES)
    known = {name for model in models for name in _names_of(model, PREFIX)} | OF_THE_CLIENT
    ours = {name.upper() for name in names if name.upper().startswith(PREFIX)}
    unknown = sorted(ours - known)
    for name in unknown:
        for nearest in get_close_matches(name, known, n=1, cutoff=0.8):
            raise StartRefused(f"There is no setting {name}; did you mean {nearest}?")
    return unknown


def _names_of(model: type[BaseModel], prefix: str) -> Iterator[str]:
    """Every name that a model reads; a section may be given whole, as JSON."""
    for name, field in model.model_fields.items():
        variable, kind = f"{prefix}{name.upper()}", field.annotation
        yield variable
        if isinstance(kind, type) and issubclass(kind, BaseModel):
            yield from _names_of(kind, f"{variable}__")
