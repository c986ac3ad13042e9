"""Run in the foreign environment: obstore, with parts of 5 MiB."""

from pathlib import Path

import obstore  # type: ignore[import-not-found]
from obstore.store import S3Store  # type: ignore[import-not-found]

from tests.foreign.speaking import serve, setting

store = S3Store(
    setting("COOP_ACCOUNT"),
    prefix=setting("COOP_REPOSITORY"),
    endpoint=setting("AWS_ENDPOINT_URL"),
    client_options={"allow_http": True},
)


def upload(path: str, key: str) -> None:
    obstore.put(store, key, Path(path))


def download(key: str, path: str) -> None:
    Path(path).write_bytes(obstore.get(store, key).bytes())


def list_() -> list[str]:
    return [one["path"] for page in obstore.list(store) for one in page]


def range_(key: str, start: int, end: int, path: str) -> None:
    Path(path).write_bytes(obstore.get_range(store, key, start=start, end=end))


def copy(source: str, target: str) -> None:
    obstore.copy(store, source, target)


def delete(keys: list[str]) -> None:
    obstore.delete(store, keys)


def own() -> None:
    """What is there is not overwritten by who wants to be first."""
    stored = obstore.put(store, "own.csv", b"n\n1\n", attributes={"Content-Type": "text/csv"})
    assert obstore.head(store, "own.csv")["e_tag"] == stored["e_tag"]
    try:
        obstore.put(store, "own.csv", b"second", mode="create")
    except obstore.exceptions.AlreadyExistsError:
        pass
    else:
        raise AssertionError("it was overwritten")
    obstore.delete(store, "own.csv")


if __name__ == "__main__":
    serve(upload, download, list_, range_, copy, delete, own)
