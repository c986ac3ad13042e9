"""What a repository says of itself: kept in one form, refused at its field where it is wrong."""

from typing import Any

import pytest
from pydantic import ValidationError

from services.repositories.models import Rules
from services.repositories.operations import metadata
from services.repositories.operations.repositories import create_repository, edit_repository
from services.repositories.operations.resources import Resources
from services.repositories.settings import Limits
from shared.contracts.repositories import CreateRepository, EditRepository, Repository
from shared.errors import Invalid, NotFound
from shared.outbox import Outbox
from shared.scholarly import check_doi, check_orcid
from tests.announced import announced
from tests.publishers import NOAA, OWNER, edited, got, repository

# Within the limits of a message, and not when SPDX has spelt it.
GROWING = "OR".join(["(MIT)"] * 36)
CARBERRY = {"family_names": "Carberry", "given_names": "Josiah", "orcid": "0000-0002-1825-0097"}


@pytest.mark.parametrize(
    "changes",
    [
        {"title": ""},
        {"tags": [""]},
        {"tags": ["t"] * 10_000},
        {"description": "d" * 10_000_000},
        {"visibility": "secret"},
        {"citation": {"released": "yesterday"}},
        {"links": ["https://example.org"]},
    ],
)
def test_what_no_message_carries_is_refused_before_anything(changes: dict[str, object]) -> None:
    fields = {"account_id": "noaa", "repository_id": "abc", "title": "Title"}
    with pytest.raises(ValidationError):
        CreateRepository.model_validate(fields | changes)


@pytest.mark.parametrize(
    ("changes", "field"),
    [
        ({"title": " \u200b\n"}, "title"),
        ({"title": "t" * 201}, "title"),
        ({"description": "d" * 2001}, "description"),
        ({"tags": [f"t{n}" for n in range(21)]}, "tags"),
        ({"tags": ["t" * 51]}, "tags"),
        ({"license": "My own"}, "license"),
        ({"license": "LicenseRef-"}, "license"),
        ({"license": GROWING}, "license"),
        ({"doi": "5066/F7"}, "doi"),
        ({"doi": "10.5066/has space"}, "doi"),
        ({"contact": "ask me"}, "contact"),
        ({"contact": "javascript:alert(1)"}, "contact"),
        ({"contact": "a@b"}, "contact"),
        ({"contact": "a@b.example?bcc=c@d.example"}, "contact"),
        ({"contact": "a@b.example?subject=Hello"}, "contact"),
        ({"contact": "https://example.org/ask me"}, "contact"),
        ({"links": [{"url": "javascript:alert(1)"}]}, "links"),
        ({"links": [{"url": "https://"}]}, "links"),
        ({"links": [{"url": "https://a b/"}]}, "links"),
        ({"links": [{"url": "https://noaa.gov@example.org/"}]}, "links"),
        ({"links": [{"url": f"https://e.org/{n}"} for n in range(21)]}, "links"),
        ({"citation": {"authors": [{"orcid": CARBERRY["orcid"]}]}}, "citation"),
        ({"citation": {"authors": [{**CARBERRY, "orcid": "0000-0002-1825-0098"}]}}, "citation"),
    ],
)
async def test_what_is_wrong_is_refused_at_its_field(
    outbox: Outbox, changes: dict[str, Any], field: str
) -> None:
    before = await repository(outbox)
    with pytest.raises(Invalid) as refused:
        await edited(outbox, OWNER, **changes)
    assert refused.value.errors[0]["field"].partition(".")[0] == field
    assert await got(outbox, OWNER) == before


async def test_what_grows_as_it_is_spelt_is_refused_of_a_new_one_too(outbox: Outbox) -> None:
    wanted = CreateRepository(
        account_id="noaa", repository_id="globe-land-mask", title="T", license=GROWING
    )
    with pytest.raises(Invalid, match="255 characters at most, spelt out it has 320"):
        await create_repository(Resources(outbox), OWNER, NOAA, wanted)
    with pytest.raises(NotFound):
        await got(outbox, OWNER)


async def test_nothing_is_stored_that_could_not_be_read(
    outbox: Outbox, monkeypatch: pytest.MonkeyPatch
) -> None:
    before = await repository(outbox)
    monkeypatch.setitem(metadata.CLEAN, "doi", lambda text, _: text * 200)
    with pytest.raises(Invalid) as refused:
        await edited(outbox, OWNER, doi="10.5066/f7abc")
    assert refused.value.errors[0]["field"] == "doi"
    assert await got(outbox, OWNER) == before


async def test_it_is_kept_in_one_form(outbox: Outbox) -> None:
    await repository(outbox)
    after = await edited(
        outbox,
        OWNER,
        license="cc-by-4.0",
        doi="https://doi.org/10.5066/F7ABC",
        contact=" data@noaa.example ",
        links=[{"url": "https://example.org/paper", "title": "The\npaper"}],
        citation={
            "authors": [{**CARBERRY, "orcid": f"https://orcid.org/{CARBERRY['orcid']}"}],
            "version": "2.0",
            "released": "2024-05-01",
        },
    )
    assert (after.license, after.doi) == ("CC-BY-4.0", "10.5066/f7abc")
    assert after.contact == "data@noaa.example"
    assert after.links[0].title == "The paper"
    assert after.citation.authors[0].model_dump(exclude_defaults=True) == CARBERRY
    assert await got(outbox, OWNER) == after


async def test_whom_to_write_to_is_not_announced(outbox: Outbox) -> None:
    await repository(outbox)
    await edited(outbox, OWNER, contact="data@noaa.example")
    event = (await announced(outbox))[-1]
    assert "data@noaa.example" not in str(event)
    assert Repository.model_validate(event["data"]["repository"]).contact == ""


async def test_limits_are_settings(outbox: Outbox) -> None:
    await repository(outbox)
    rules = Rules(Limits(tags=1, title_length=400))
    wide = EditRepository(account_id="noaa", repository_id="globe-land-mask", title="t" * 400)
    after = await edit_repository(Resources(outbox, rules), OWNER, NOAA, wide)
    assert len(after.title) == 400
    many = wide.model_copy(update={"title": None, "tags": ["a", "b"]})
    with pytest.raises(Invalid, match="1 at most"):
        await edit_repository(Resources(outbox, rules), OWNER, NOAA, many)


@pytest.mark.parametrize("text", ["doi:10.5281/Zenodo.1", "http://dx.doi.org/10.5281/zenodo.1"])
def test_a_doi_is_known_in_all_its_forms(text: str) -> None:
    assert check_doi(text) == "10.5281/zenodo.1"


@pytest.mark.parametrize("orcid", ["0000-0002-1694-233X", "0000-0001-5109-3700"])
def test_an_orcid_is_checked_by_its_last_character(orcid: str) -> None:
    assert check_orcid(orcid.lower()) == orcid
    for other in "0123456789X".replace(orcid[-1], ""):
        with pytest.raises(ValueError, match="has a slip in it: its last character"):
            check_orcid(orcid[:-1] + other)
