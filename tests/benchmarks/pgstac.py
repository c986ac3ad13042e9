"""Items found through our edge, beside pgstac behind stac-fastapi.

`python -m tests.benchmarks.pgstac 100000`, as root, with Debian's `postgresql-15-postgis-3`. Both
have the same items, are asked the same over HTTP, and run one after the other: one process of
stac-fastapi and PostgreSQL, and our platform as it starts.
"""

import shutil
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager
from datetime import datetime
from pathlib import Path
from typing import Any
from urllib.parse import urlencode

import orjson
import uvloop

from services.indexer.stac.names import collection_id
from services.indexer.store.layout import SCHEMA
from shared.lifeline import tied_to_this_process
from shared.runtime import free_port
from shared.tables.sqlite import open_sqlite
from tests import embedded
from tests.benchmarks.items import COLLECTIONS, Asked, Kept, Planet, questions, repository_of
from tests.benchmarks.load import Connection
from tests.benchmarks.report import Table as Report

PACKAGES = ("pypgstac[psycopg]==0.10.0", "stac-fastapi-pgstac==7.2.0", "uvicorn==0.54.0")
OWNER = "postgres"
AS_OWNER = ("setpriv", f"--reuid={OWNER}", f"--regid={OWNER}", "--clear-groups")
BIN = Path("/usr/lib/postgresql/15/bin")
SOME, TIMES, SECONDS, START_SECONDS = 20, 300, 3.0, 60.0
UNCOUNTED = {"COOP_WEB__API_PER_CALLER": "100000000"}
SETTINGS = ("shared_buffers=1GB", "effective_cache_size=4GB", "random_page_cost=1.1", "jit=off")
COLUMNS = ("p50", "p99", "limit 10", "100")
Figures = tuple[float, float, float, float]
Question = Callable[[], Asked]


def main(count: int) -> None:
    """Both, and the table."""
    with tempfile.TemporaryDirectory(prefix="coop-bench-") as name:
        folder = Path(name)
        folder.chmod(0o755)
        theirs = measure_theirs(folder, count)
        ours = measure_ours(folder, count)
    columns = [f"{who}: {column}" for who in ("coop", "pgstac") for column in COLUMNS]
    report = Report(
        f"{count:,} items, beside pgstac", ("asked for", *columns, "limit 10, of pgstac")
    )
    for asked, figures in ours.items():
        ratio = f"{figures[2] / theirs[asked][2]:.1f}"
        report.rows.append((asked, *texts(figures), *texts(theirs[asked]), ratio))
    report.notes.append(
        f"As one client on the same machine sees it over HTTP, {COLLECTIONS} collections. "
        f"{', '.join(PACKAGES)}, PostgreSQL 15 with {', '.join(SETTINGS)}."
    )
    sys.stdout.write(report.markdown())


def texts(figures: Figures) -> list[str]:
    """As they are shown."""
    return [
        *(f"{one * 1000:.1f} ms" for one in figures[:2]),
        *(f"{one:,.0f}/s" for one in figures[2:]),
    ]


def measure_ours(folder: Path, count: int) -> dict[str, Figures]:
    """The platform, with items past its writer."""
    home = folder / "home"
    with embedded.running(home, **UNCOUNTED) as running:
        planet = uvloop.run(fill(home / "indexer" / "indexer.db", count))
        return figures_of(running.ready["web"], "/stac/search", planet)


async def fill(path: Path, count: int) -> Planet:
    """As many items as are wanted; the planet they are on."""
    kept = Kept(path, await open_sqlite(SCHEMA, path))
    await kept.fill(count)
    await kept.table.close()
    return kept.planet


def measure_theirs(folder: Path, count: int) -> dict[str, Figures]:
    """PostgreSQL, PostGIS, pgstac and stac-fastapi, as their documents say."""
    environment = folder / "environment"
    run(sys.executable, "-m", "venv", environment)
    run(environment / "bin" / "pip", "install", "--quiet", *PACKAGES)
    with postgresql(folder) as port:
        planet = load(folder, environment, port, count)
        with stac_fastapi(environment, port) as url:
            return figures_of(url, "/search", planet)


@contextmanager
def postgresql(folder: Path) -> Iterator[int]:
    """A database of its own, which listens on this machine alone; its port."""
    data, port = folder / "database", free_port()
    data.mkdir()
    shutil.chown(data, OWNER, OWNER)
    run(*AS_OWNER, BIN / "initdb", "--auth=trust", f"--username={OWNER}", "--encoding=UTF8", data)
    options = [f"port={port}", "listen_addresses=127.0.0.1", f"unix_socket_directories={data}"]
    words = [word for one in (*options, *SETTINGS) for word in ("-c", one)]
    process = subprocess.Popen(
        [*AS_OWNER, BIN / "postgres", "-D", data, *words],
        stderr=subprocess.DEVNULL,
        preexec_fn=tied_to_this_process(),  # noqa: PLW1509 -- no threads yet
    )
    try:
        yield port
    finally:
        process.terminate()
        process.wait(START_SECONDS)


def load(folder: Path, environment: Path, port: int, count: int) -> Planet:
    """The same items, by pgstac's own loader."""
    pypgstac = environment / "bin" / "pypgstac"
    dsn = f"postgresql://postgres@127.0.0.1:{port}/postgres"
    until(lambda: subprocess.call([BIN / "pg_isready", "-q", "-d", dsn]) == 0)
    run(pypgstac, "migrate", "--dsn", dsn)
    planet, files = Planet(), (folder / "collections.ndjson", folder / "items.ndjson")
    files[0].write_bytes(b"\n".join(orjson.dumps(collection(one)) for one in range(COLLECTIONS)))
    with files[1].open("wb") as file:
        for number in range(count):
            file.write(orjson.dumps(item(planet, number)) + b"\n")
    for kind, file_of in zip(("collections", "items"), files, strict=True):
        run(pypgstac, "load", kind, file_of, "--dsn", dsn, "--method", "insert")
    run(BIN / "psql", "-q", dsn, "-c", "VACUUM ANALYZE")
    return planet


def item(planet: Planet, number: int) -> dict[str, Any]:
    """The next one of the planet, in its collection: in the order in which `Kept` asks for them."""
    said, one = planet.item(number), planet.collection()
    links = [{"rel": "collection", "href": "../collection.json"}]
    return said | {"collection": collection_id(one.account_id, one.repository_id), "links": links}


def collection(number: int) -> dict[str, Any]:
    """As little as one may have."""
    one = repository_of(number)
    return {
        "type": "Collection",
        "stac_version": "1.1.0",
        "id": collection_id(one.account_id, one.repository_id),
        "description": one.title,
        "license": "other",
        "extent": {
            "spatial": {"bbox": [[-180, -90, 180, 90]]},
            "temporal": {"interval": [["2015-01-01T00:00:00Z", None]]},
        },
        "links": [],
    }


@contextmanager
def stac_fastapi(environment: Path, port: int) -> Iterator[str]:
    """One process under uvicorn; its address."""
    own = free_port()
    words = ["-m", "uvicorn", "stac_fastapi.pgstac.app:create_app", "--factory", "--port", str(own)]
    who = {"PGUSER": "postgres", "PGPASSWORD": "-", "PGDATABASE": "postgres"}
    process = subprocess.Popen(
        [environment / "bin" / "python", *words, "--no-access-log"],
        env={**who, "PGHOST": "127.0.0.1", "PGPORT": str(port)},
        stderr=subprocess.DEVNULL,
        stdout=subprocess.DEVNULL,
        preexec_fn=tied_to_this_process(),  # noqa: PLW1509 -- no threads yet
    )
    url = f"http://127.0.0.1:{own}"
    try:
        until(lambda: status_of(url) == 200)
        yield url
    finally:
        process.terminate()
        process.wait(START_SECONDS)


def status_of(url: str) -> int:
    """Of its first page; 0 where nobody listens."""
    try:
        with closing(Connection(url)) as connection:
            return connection.get("/")
    except OSError:
        return 0


def run(*words: str | Path) -> None:
    """To its end, which is a good one."""
    done = subprocess.run(words, check=False, capture_output=True, text=True)
    assert done.returncode == 0, done.stderr


def until(true: Callable[[], bool]) -> None:
    """Wait until it is."""
    end = time.monotonic() + START_SECONDS
    while not true():
        assert time.monotonic() < end, "it did not start"
        time.sleep(0.2)


def figures_of(url: str, path: str, planet: Planet) -> dict[str, Figures]:
    """Of all questions."""
    with closing(Connection(url)) as connection:
        return {name: figures(connection, path, asked) for name, asked in questions(planet)}


def figures(connection: Connection, path: str, question: Question) -> Figures:
    """p50 and p99 of a page of ten, and pages of ten and of a hundred a second."""
    for _ in range(SOME):
        answer = orjson.loads(connection.read(target(path, question(), 10)))
        assert answer["type"] == "FeatureCollection", answer
    taken = []
    for _ in range(TIMES):
        asked, start = target(path, question(), 10), time.perf_counter()
        connection.read(asked)
        taken.append(time.perf_counter() - start)
    cuts = statistics.quantiles(taken, n=100)
    ten, hundred = (rate(connection, path, question, limit) for limit in (10, 100))
    return cuts[49], cuts[98], ten, hundred


def rate(connection: Connection, path: str, question: Question, limit: int) -> float:
    """Answers a second, one after the other."""
    start, answers = time.perf_counter(), 0
    while time.perf_counter() - start < SECONDS:
        connection.read(target(path, question(), limit))
        answers += 1
    return answers / (time.perf_counter() - start)


def target(path: str, asked: Asked, limit: int) -> str:
    """The question as a request for one page."""
    said: dict[str, Any] = {"limit": limit}
    if "bbox" in asked:
        said["bbox"] = ",".join(f"{one:.6f}" for one in asked["bbox"])
    if "start" in asked:
        said["datetime"] = "/".join(stamp(asked[end]) for end in ("start", "end"))
    if "collections" in asked:
        said["collections"] = ",".join(asked["collections"])
    return f"{path}?{urlencode(said)}"


def stamp(moment: datetime) -> str:
    """RFC 3339."""
    return moment.isoformat().replace("+00:00", "Z")


if __name__ == "__main__":
    main(int(sys.argv[1]) if len(sys.argv) > 1 else 100_000)
