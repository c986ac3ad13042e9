"""A dataset that has something of everything that catalogues ask for."""

from datetime import UTC, date, datetime

from services.web.render.catalogues.dataset import Dataset
from shared.contracts.accounts import Account
from shared.contracts.indexer import RepositorySummary
from shared.contracts.metadata import Author, Citation, Link
from shared.contracts.repositories import Repository

NOW = datetime(2026, 1, 2, 3, 4, 5, tzinfo=UTC)
SITE, DATA_DOOR = "https://coop.example", "https://data.coop.example"
PAGE = f"{SITE}/scripps/co2"
REPOSITORY = Repository(
    repository_uid="01R",
    repository_id="co2",
    account_uid="01A",
    account_id="scripps",
    title="Mauna Loa <CO2> & more",
    description="Weekly means of what was measured.",
    tags=["air", "carbon"],
    license="CC-BY-4.0",
    doi="10.5066/f7abc",
    links=[Link(url="https://example.org/paper", title="The paper")],
    citation=Citation(
        authors=[
            Author(
                family_names="Keeling",
                given_names="Charles David",
                orcid="0000-0002-1825-0097",
                affiliation="UCSD",
            ),
            Author(name="Scripps CO2 Program"),
        ],
        version="2.0",
        released=date(2004, 5, 1),
    ),
    created_at=NOW,
    updated_at=NOW,
)
OWNER = Account(
    account_uid="01A",
    account_id="scripps",
    kind="organization",
    name="Scripps & Sons",
    ror="05dxps055",
    created_at=NOW,
)
# Over the antimeridian.
SUMMARY = RepositorySummary(
    repository_uid="01R",
    account_id="scripps",
    repository_id="co2",
    files=3,
    size=12345,
    items=1,
    formats={"CSV": 1},
    bbox=[170.0, -10.0, -170.0, 10.0],
    start=datetime(1958, 3, 1, tzinfo=UTC),
    end=NOW,
)
FULL = Dataset(REPOSITORY, OWNER, SUMMARY, SITE, DATA_DOOR)
BARE = Dataset(
    Repository(
        repository_uid="01B",
        repository_id="bare",
        account_uid="01A",
        account_id="scripps",
        title="bare",
        visibility="restricted",
        created_at=NOW,
        updated_at=NOW,
    ),
    Account(account_uid="01A", account_id="scripps", kind="individual", name="", created_at=NOW),
    None,
    SITE,
    DATA_DOOR,
)
