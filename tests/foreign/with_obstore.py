"""Run in the foreign environment: python with_obstore.py <account> <repository>."""

import os
import sys

import obstore  # type: ignore[import-not-found]
from obstore.store import S3Store  # type: ignore[import-not-found]


def main(account: str, repository: str) -> None:
    """What people do with it; an AssertionError ends it."""
    store = S3Store(
        account,
        prefix=repository,
        endpoint=os.environ["AWS_ENDPOINT_URL"],  # noqa: TID251 -- given
        client_options={"allow_http": True},
    )
    body = os.urandom(12 * 1024**2)
    stored = obstore.put(store, "deep/a b.bin", body)
    obstore.put(store, "small.csv", b"n\n1\n", attributes={"Content-Type": "text/csv"})
    assert obstore.get(store, "small.csv").bytes() == b"n\n1\n"
    assert obstore.head(store, "deep/a b.bin")["e_tag"] == stored["e_tag"]
    assert obstore.get_range(store, "deep/a b.bin", start=100, end=200) == body[100:200]
    names = [one["path"] for page in obstore.list(store) for one in page]
    assert names == ["deep/a b.bin", "small.csv"], names
    try:
        obstore.put(store, "small.csv", b"second", mode="create")
    except obstore.exceptions.AlreadyExistsError:
        pass
    else:
        raise AssertionError("it was overwritten")
    obstore.copy(store, "small.csv", "copy.csv")
    obstore.delete(store, ["deep/a b.bin", "small.csv", "copy.csv"])
    assert [one for page in obstore.list(store) for one in page] == []


if __name__ == "__main__":
    main(*sys.argv[1:])
