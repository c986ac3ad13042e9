"""A repository in the words of catalogues, held against their own schemas."""

from dataclasses import replace
from datetime import date
from xml.etree.ElementTree import Element, fromstring

import orjson
import pytest
from datacite import schema45

from services.web.render.catalogues import FORMS, datacite, dcat, schema_org
from services.web.render.catalogues.dataset import Dataset
from shared.contracts.metadata import Citation
from tests.datacite_rules import faults
from tests.datasets import BARE, FULL, PAGE, SITE

XML = "{http://datacite.org/schema/kernel-4}"


@pytest.mark.parametrize("name", [name for name in FORMS if "json" in name])
@pytest.mark.parametrize("dataset", [FULL, BARE], ids=["full", "bare"])
def test_nothing_is_said_that_is_not_known(name: str, dataset: Dataset) -> None:
    written = FORMS[name].write(dataset)
    assert orjson.loads(written)
    for empty in (b'""', b"null", b"[]", b"{}"):
        assert empty not in written


def test_schema_org() -> None:
    said = schema_org.document_of(FULL)
    assert said["@type"] == "Dataset"
    assert said["@id"] == said["identifier"] == "https://doi.org/10.5066/f7abc"
    assert said["url"] == PAGE
    assert said["license"] == "https://spdx.org/licenses/CC-BY-4.0"
    assert [one["@type"] for one in said["creator"]] == ["Person", "Organization"]
    assert said["creator"][0]["name"] == "Charles David Keeling"
    assert said["creator"][0]["sameAs"] == "https://orcid.org/0000-0002-1825-0097"
    assert said["publisher"]["sameAs"] == "https://ror.org/05dxps055"
    assert said["temporalCoverage"] == "1958-03-01T00:00:00+00:00/2026-01-02T03:04:05+00:00"
    boxes = [place["geo"]["box"] for place in said["spatialCoverage"]]
    assert boxes == ["-10.0 170.0 10.0 180.0", "-10.0 -180.0 10.0 -170.0"]
    assert said["isAccessibleForFree"] is True


def test_what_is_at_one_point_is_no_box() -> None:
    assert FULL.summary is not None
    here = FULL.summary.model_copy(update={"bbox": [-155.576, 19.536, -155.576, 19.536]})
    said = schema_org.document_of(replace(FULL, summary=here))
    point = {"@type": "GeoCoordinates", "latitude": 19.536, "longitude": -155.576}
    assert said["spatialCoverage"] == [{"@type": "Place", "geo": point}]


def test_what_is_restricted_is_not_called_free_and_is_its_owners() -> None:
    said = schema_org.document_of(BARE)
    assert "isAccessibleForFree" not in said
    owner = {"@type": "Person", "name": "scripps", "url": f"{SITE}/scripps"}
    assert said["creator"] == [owner]
    assert said["description"] == "bare"


@pytest.mark.parametrize("dataset", [FULL, BARE], ids=["full", "bare"])
def test_datacite_is_valid_by_its_schema(dataset: Dataset) -> None:
    said = orjson.loads(datacite.write(dataset))
    assert [error.message for error in schema45.validator.iter_errors(said)] == []


def test_datacite_says_how_much_it_is_and_of_which_formats() -> None:
    said = datacite.document_of(FULL)
    assert said["sizes"] == ["12345 bytes", "3 files"]
    assert said["formats"] == ["CSV"]
    assert "sizes" not in datacite.document_of(BARE)


def test_datacite_as_xml() -> None:
    root = fromstring(datacite.write_xml(FULL))  # noqa: S314 -- our own
    assert _text(root, "identifier") == "10.5066/f7abc"
    assert _text(root, "titles/title") == "Mauna Loa <CO2> & more"
    assert _text(root, "creators/creator/creatorName") == "Keeling, Charles David"
    assert _text(root, "publisher") == "Scripps & Sons"
    assert _text(root, "publicationYear") == "2004"
    rights = root.find(f"{XML}rightsList/{XML}rights")
    assert rights is not None
    assert rights.get("rightsIdentifier") == "CC-BY-4.0"
    assert len(root.findall(f"{XML}geoLocations/{XML}geoLocation")) == 2


OLD = replace(
    FULL,
    repository=FULL.repository.model_copy(update={"citation": Citation(released=date(987, 1, 2))}),
)


@pytest.mark.parametrize("dataset", [FULL, BARE, OLD], ids=["full", "bare", "old"])
def test_datacite_as_xml_has_what_its_schema_demands(dataset: Dataset) -> None:
    root = fromstring(datacite.write_xml(dataset))  # noqa: S314 -- our own
    assert list(faults(root)) == []


def test_without_a_doi_its_page_is_what_identifies_it() -> None:
    root = fromstring(datacite.write_xml(BARE))  # noqa: S314 -- our own
    (identifier,) = root.findall(f"{XML}identifier")
    assert (identifier.text, identifier.get("identifierType")) == (BARE.page, "URL")


@pytest.mark.parametrize(
    ("written", "instead", "said"),
    [
        ("<title>", '<title lang="x">', "title has the unknown lang"),
        ("<creatorName ", "<givenName>x</givenName><creatorName ", "another order"),
        ("Dataset", "Data", "resourceTypeGeneral"),
        ("2004</pub", "04</pub", "publicationYear says"),
        (">170.0<", ">nan<", "westBoundLongitude says"),
        (">180.0<", ">180.5<", "eastBoundLongitude is 180.5"),
        ("2004-05-01", "May", "date says"),
        ("10.5066/f7abc", "", "identifier says ''"),
        ("<size>", "<language>en</language><size>", "has no rule"),
    ],
)
def test_what_is_against_the_rules_is_seen(written: str, instead: str, said: str) -> None:
    text = datacite.write_xml(FULL).decode()
    assert written in text
    root = fromstring(text.replace(written, instead, 1))  # noqa: S314 -- our own
    assert any(said in one for one in faults(root))


def _text(root: Element, path: str) -> str | None:
    return root.findtext("/".join(XML + name for name in path.split("/")))


@pytest.mark.parametrize("dataset", [FULL, BARE], ids=["full", "bare"])
def test_dcat_has_what_the_profile_demands(dataset: Dataset) -> None:
    graph = dcat.document_of(dataset)["@graph"]
    said, *services = graph
    assert {"dct:title", "dct:description"} <= set(said)
    assert said["dct:publisher"]["foaf:name"]
    assert all(one["dcat:accessURL"]["@id"] for one in said["dcat:distribution"])
    assert all(one["dcat:endpointURL"]["@id"] and one["dct:title"] for one in services)


def test_dcat_says_when_it_is_of_and_under_which_license() -> None:
    said = dcat.document_of(FULL)["@graph"][0]
    assert said["dct:temporal"]["dcat:startDate"]["@value"] == "1958-03-01T00:00:00+00:00"
    assert said["dct:temporal"]["dcat:endDate"]["@value"] == "2026-01-02T03:04:05+00:00"
    licenses = [one["dct:license"]["@id"] for one in said["dcat:distribution"]]
    assert licenses == ["https://spdx.org/licenses/CC-BY-4.0"] * 2
    assert "dct:temporal" not in dcat.document_of(BARE)["@graph"][0]


def test_dcat_says_who_may_have_it_and_where_it_is() -> None:
    said = dcat.document_of(FULL)["@graph"][0]
    assert said["dct:accessRights"]["@id"].endswith("/PUBLIC")
    assert len(said["dct:spatial"]) == 2
    restricted = dcat.document_of(BARE)["@graph"][0]
    assert restricted["dct:accessRights"]["@id"].endswith("/RESTRICTED")


def test_letters_that_xml_cannot_have_are_left_out() -> None:
    title = FULL.repository.title + "\x0b\x00\ufffe"
    odd = FULL.repository.model_copy(update={"title": title})
    root = fromstring(datacite.write_xml(Dataset(odd, FULL.owner, None, SITE, SITE)))  # noqa: S314 -- our own
    assert _text(root, "titles/title") == FULL.repository.title
