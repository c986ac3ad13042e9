"""Repositories found by words among twenty thousand, through the API."""

import random
import statistics
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import closing
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from itertools import accumulate, product
from pathlib import Path
from typing import Any

import httpx

from services.indexer.fulltext.schema import open_file
from services.indexer.fulltext.writing import put
from services.indexer.models.texts import Document
from services.indexer.operations.documents import Facts, document_of, facts_of
from services.indexer.store.layout import SCHEMA
from shared.contracts.repositories import Repository
from shared.contracts.storage import StoredObject
from shared.settings import Settings
from shared.snapshots import names_of
from shared.tables import Put, Table, open_table
from tests.benchmarks.report import Table as Report

COUNT, CHUNK, TIMES = 20_000, 100, 100
ACCOUNTS, VOCABULARY = 400, 30_000
README_WORDS, DESCRIPTION_WORDS, COLUMNS, TITLE_WORDS, TAGS = 500, 40, 20, 6, 4
LICENSES = ("CC0-1.0", "CC-BY-4.0", "ODbL-1.0", "MIT")
FORMATS = ("COG", "GeoParquet", "NetCDF-4", "CSV", "GeoJSON")
BEGINNINGS = ("b", "br", "c", "d", "fl", "g", "k", "l", "m", "n", "p", "r", "s", "st", "t", "tr")


class Language:
    """Words of which few are used much and most hardly ever, as in any language (Zipf's law)."""

    def __init__(self) -> None:
        self.chance = random.Random(7)
        parts = [f"{begin}{vowel}" for begin, vowel in product(BEGINNINGS, "aeiou")]
        syllables = (self.chance.choices(parts, k=self.chance.randint(2, 5)) for _ in iter(int, 1))
        words = dict[str, None]()
        while len(words) < VOCABULARY:
            words["".join(next(syllables))] = None
        self.words = list(words)
        self._shares = list(accumulate(1 / (rank + 3) for rank in range(VOCABULARY)))

    def say(self, count: int) -> str:
        """So many words."""
        return " ".join(self.chance.choices(self.words, cum_weights=self._shares, k=count))


@dataclass(frozen=True)
class Asked:
    """What is typed: a description, and one question after another."""

    name: str
    question: Callable[[], dict[str, str]]


async def measure(ready: dict[str, Any], home: Path) -> Report:
    """Records and documents go straight into the indexer's files, and are found by it."""
    language = Language()
    titles = await fill(home, language)
    title = f"Search among {COUNT:,} repositories"
    table = Report(title, ("asked for", "found", "p50", "p99"))
    for asked in questions(language, titles):
        found, seconds = timed(ready, asked)
        cuts = statistics.quantiles(seconds, n=100)
        shown = [f"{cut * 1000:.1f} ms" for cut in (cuts[49], cuts[98])]
        table.rows.append((asked.name, f"{statistics.median(found):,.0f}", *shown))
    table.notes.append(
        "A page of 20 with passages and the counts of all facets, as a client on the same machine "
        "sees it; each question another. *Found*: the median; 1,000 are looked at."
    )
    return table


def questions(language: Language, titles: Sequence[str]) -> Iterator[Asked]:
    """What people type, and what costs most."""
    chance, words = language.chance, language.words

    def some(first: int, last: int, letters: int | None = None) -> str:
        return words[chance.randrange(first, last)][:letters]

    yield Asked("two words of a title", lambda: {"q": " ".join(chance.choice(titles).split()[1:3])})
    yield Asked("a rare word", lambda: {"q": some(10_000, VOCABULARY)})
    yield Asked("a word of one in a hundred", lambda: {"q": some(3_000, 5_000)})
    yield Asked("a word of every one", lambda: {"q": some(0, 20)})
    yield Asked("five words of every one", lambda: {"q": " ".join(some(0, 20) for _ in range(5))})
    yield Asked("three letters of a word", lambda: {"q": some(0, VOCABULARY, 3)})
    yield Asked("five letters of a word", lambda: {"q": some(0, VOCABULARY, 5)})
    yield Asked("one letter", lambda: {"q": some(0, VOCABULARY, 1)})
    yield Asked(
        "a word of every one, in one account",
        lambda: {"q": some(0, 20), "account": f"finding-{chance.randrange(ACCOUNTS)}"},
    )
    yield Asked("nothing: newest first", dict)


def timed(ready: dict[str, Any], asked: Asked) -> tuple[list[int], list[float]]:
    """How many each question found, and its seconds."""
    person = ready["accounts"][0]
    bearer = f"Bearer {person['access_key_id']}.{person['secret_access_key']}"
    found, seconds = [], []
    with httpx.Client(base_url=ready["web"], headers={"authorization": bearer}) as api:
        for _ in range(TIMES):
            start = time.perf_counter()
            answer = api.get("/api/v1/search", params=asked.question())
            seconds.append(time.perf_counter() - start)
            assert answer.is_success, answer.text
            found.append(answer.json()["total"])
    return found, seconds


async def fill(home: Path, language: Language) -> list[str]:
    """Records and documents of all repositories; their titles."""
    table = await open_table(SCHEMA, service="indexer", settings=Settings(home=home))
    titles: list[str] = []
    with closing(open_file(home / "indexer" / "search.db")) as words:
        for first in range(0, COUNT, CHUNK):
            made = [repository_of(number, language) for number in range(first, first + CHUNK)]
            titles += [one.title for one in made]
            documents = await documents_of(table, made, language)
            words.execute("BEGIN IMMEDIATE")
            for document in documents:
                put(words, document)
            words.execute("COMMIT")
    await table.close()
    return titles


async def documents_of(
    table: Table, made: Sequence[Repository], language: Language
) -> list[Document]:
    """The records are kept, so that the catalogue finds nothing to be done anew."""
    for one in made:
        body = one.model_dump_json()
        await table.write(
            *(Put({"pk": kind, "sk": name, "body": body}) for kind, name in names_of(one))
        )
    return [await document(table, facts, language) for facts in await facts_of(table, made)]


async def document(table: Table, facts: Facts, language: Language) -> Document:
    """As it would be if there were a README and a table."""
    made = await document_of(table, facts, _nothing)
    return replace(
        made,
        readme=language.say(README_WORDS),
        columns=language.say(COLUMNS),
        facets=(*made.facets, ("format", language.chance.choice(FORMATS))),
    )


async def _nothing(stored: StoredObject, most: int) -> bytes:  # noqa: ARG001
    return b""


def repository_of(number: int, language: Language) -> Repository:
    """Its name says nothing."""
    account = f"finding-{number % ACCOUNTS}"
    moment = datetime(2015 + number % 11, 1, 1, tzinfo=UTC)
    return Repository(
        repository_uid=f"01FINDING{number:017d}",
        repository_id=f"repository-{number}",
        account_uid=account,
        account_id=account,
        title=language.say(TITLE_WORDS),
        description=language.say(DESCRIPTION_WORDS),
        tags=language.say(TAGS).split(),
        license=language.chance.choice(LICENSES),
        created_at=moment,
        updated_at=moment,
        version=1,
    )
