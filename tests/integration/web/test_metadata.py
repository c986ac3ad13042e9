"""What a repository says of itself, through its pages and the API; its README and citation."""

import json
import re
from typing import Any

import httpx
import pytest

from services.web.render.catalogues import FORMS
from shared.licenses import licenses
from tests.edge import Edge, Person, bearer
from tests.visitor import Visitor
from tests.waiting import until

OFFERED = re.compile(r'<option value="([^"]+)">([^<]*)</option>')
EMBEDDED = re.compile(r'<script type="application/ld\+json">(.*?)</script>')


@pytest.fixture
def place(ada: Person) -> str:
    """The address of the settings of ada's repository."""
    ada.new_repository("co2")
    return f"/-/{ada.account_id}/co2"


def test_everything_is_set_by_form_and_shown(ada: Person, place: str) -> None:
    settings = f"{place}/settings"
    page = ada.visitor.send(
        ada.visitor.go(settings).form(settings),
        title="Mauna Loa CO2",
        license="cc-by-4.0",
        authors="Keeling, Charles D. 0000-0002-1825-0097 (Scripps)\nNOAA",
        edition="2.0",
        released="2004-05-01",
        doi="https://doi.org/10.5066/F7ABC",
        contact="co2@example.org",
        links="https://example.org/paper The paper",
    )
    assert "Saved." in page.text
    assert page.form(settings).fields["doi"] == "10.5066/f7abc"
    page = ada.visitor.go(f"/{ada.account_id}/co2")
    assert page.fact("Authors") == "Charles D. Keeling, NOAA"
    assert page.fact("License") == "CC-BY-4.0"
    assert page.link("https://doi.org/10.5066/f7abc")
    assert page.link("co2@example.org") == "mailto:co2@example.org"
    assert page.link("https://example.org/paper")
    page = ada.visitor.go(f"{place}/cite")
    assert "Keeling, C. D.; NOAA (2004). Mauna Loa CO2 (2.0)" in page.text
    bibtex = ada.client.get(f"{place}/cite?format=bibtex")
    assert bibtex.headers["content-type"].startswith("application/x-bibtex")
    assert ada.client.get(f"{place}/cite?format=odd").status_code == 404


def test_every_spdx_license_is_offered_by_its_name_and_title(ada: Person, place: str) -> None:
    offered = dict(OFFERED.findall(ada.visitor.go(f"{place}/settings").html))
    assert offered.keys() == licenses().keys()
    assert offered["CC-BY-4.0"] == "Creative Commons Attribution 4.0 International"


def test_catalogues_are_told_of_it(ada: Person, visitor: Visitor, place: str) -> None:
    name = f"/{ada.account_id}/co2"
    (told,) = EMBEDDED.findall(visitor.go(name).html)
    assert json.loads(told)["url"].endswith(name)
    assert not EMBEDDED.findall(ada.visitor.go(name).html)
    for form in FORMS:
        answer = visitor.client.get(f"{place}/catalogue/{form}")
        assert answer.headers["content-type"].startswith(FORMS[form].media_type)
        assert name in answer.text
    assert visitor.client.get(f"{place}/catalogue/odd").status_code == 404


@pytest.mark.parametrize(
    ("field", "value", "said"),
    [
        ("license", "mine", "There is no SPDX license 'mine'"),
        ("license", "MIT OR", "It must be an SPDX license such as"),
        ("license", "MIT OR gpl", "There is no SPDX license 'gpl'"),
        ("doi", "f7", "It must be a DOI"),
        ("contact", "javascript:alert(1)", "It must be an e-mail address"),
        ("links", "javascript:alert(1) x", "must begin with https://"),
        ("authors", "Keeling, C. 0000-0002-1825-0098", "0098 has a slip in it: its last character"),
        ("released", "May", "Write the date as 2024-05-31."),
        ("tags", ",".join(f"t{n}" for n in range(21)), "It may be 20 at most."),
    ],
)
def test_a_fault_is_told_at_its_field_and_nothing_is_lost(
    ada: Person, place: str, field: str, value: str, said: str
) -> None:
    settings = f"{place}/settings"
    form = ada.visitor.go(settings).form(settings)
    page = ada.visitor.send(form, status=400, **{field: value, "description": "Kept"})
    assert said in page.text
    assert f'id="{field}-error"' in page.html
    assert page.form(settings).fields["license"] == (value if field == "license" else "")


def test_two_editors_do_not_overwrite_each_other_through_the_api(
    edge: Edge, ada: Person, place: str
) -> None:
    address = f"{edge.web}/api/v1/repositories/{place.removeprefix('/-/')}"
    headers: dict[str, Any] = bearer(ada.new_key())
    etag = httpx.get(address).headers["etag"]
    first = httpx.patch(address, json={"title": "First"}, headers={**headers, "if-match": etag})
    assert first.status_code == 200
    assert first.headers["etag"] != etag
    late = httpx.patch(address, json={"title": "Late"}, headers={**headers, "if-match": etag})
    assert late.status_code == 412
    bad = httpx.patch(address, json={"title": "Bad"}, headers={**headers, "if-match": "x"})
    assert bad.status_code == 400
    assert httpx.get(address).json()["title"] == "First"
    many = {"tags": ["t"] * 10_000}
    assert httpx.patch(address, json=many, headers=headers).status_code == 400
    assert "dataset{" in httpx.get(f"{address}/citation").json()["bibtex"]


def test_a_readme_is_written_and_edited_in_the_browser(ada: Person, place: str) -> None:
    edit = f"{place}/edit"
    form = ada.visitor.go(edit).form(edit)
    page = ada.visitor.send(form, text="# Levels\n\n$x^2$", preview="yes")
    assert "<msup>" in page.html
    assert "# Levels" in page.html
    page = ada.visitor.send(page.form(edit), text="# Levels\n\n$x^2$")
    assert ada.visitor.here.endswith(f"/{ada.account_id}/co2?done=file-saved")
    assert "The file is saved." in page.text

    def shown() -> bool:
        return "Levels" in ada.visitor.go(f"/{ada.account_id}/co2").text

    until(shown)
    key = f"{edit}?key=README.md"
    assert ada.visitor.go(key).form(edit).fields["etag"]
    again = ada.visitor.page.form(edit)
    ada.visitor.send(again, text="# Other\n")
    page = ada.visitor.send(again, status=400, text="# Mine\n")
    assert "Somebody changed this file" in page.text
    ada.visitor.send(page.form(edit), text="# Mine\n")
    assert ada.visitor.go(key).form(edit).fields["etag"] != again.fields["etag"]


def test_each_edit_of_a_readme_is_a_version_where_they_are_kept(
    edge: Edge, ada: Person, place: str
) -> None:
    ada.visitor.send(ada.visitor.go(f"{place}/settings").form("/versioning"))
    edit = f"{place}/edit"
    ada.visitor.send(ada.visitor.go(edit).form(edit), text="# First\n")
    form = ada.visitor.go(f"{edit}?key=README.md").form(edit)
    ada.visitor.send(form, text="# Second\n")
    s3 = ada.s3(edge)
    told = s3.list_object_versions(Bucket=f"{ada.account_id}--co2")["Versions"]
    whole = {"Bucket": ada.account_id, "Key": "co2/README.md"}
    read = [s3.get_object(**whole, VersionId=one["VersionId"])["Body"].read() for one in told]
    assert read == [b"# Second\n", b"# First\n"]


def test_line_ends_stay_as_they_were(edge: Edge, ada: Person, place: str) -> None:
    s3 = ada.s3(edge)
    s3.put_object(Bucket=ada.account_id, Key="co2/README.txt", Body=b"one\r\ntwo\r\n")
    edit = f"{place}/edit"
    form = ada.visitor.go(f"{edit}?key=README.txt").form(edit)
    ada.visitor.send(form, text="one\nthree\n")
    body = s3.get_object(Bucket=ada.account_id, Key="co2/README.txt")["Body"].read()
    assert body == b"one\r\nthree\r\n"


def test_only_readmes_are_edited_and_by_those_who_may_write(
    edge: Edge, ada: Person, eve: Person, place: str
) -> None:
    ada.visitor.go(f"{place}/edit?key=data.csv", status=404)
    eve.visitor.go(f"{place}/edit", status=403)
    s3 = ada.s3(edge)
    s3.put_object(Bucket=ada.account_id, Key="co2/README", Body=b"\xff\xfe")
    ada.visitor.go(f"{place}/edit?key=README", status=400)


def test_a_citation_file_is_written_and_read(edge: Edge, ada: Person, place: str) -> None:
    settings = f"{place}/settings"
    page = ada.visitor.go(f"{settings}?from=citation", status=400)
    assert "There is no CITATION.cff" in page.text
    ada.visitor.send(page.form(settings), authors="Keeling, Charles D.", released="2004-05-01")
    page = ada.visitor.send(ada.visitor.go(f"{place}/cite").form("/cite"))
    assert "CITATION.cff was written." in page.text
    ada.visitor.send(page.form("/cite"))
    s3 = ada.s3(edge)
    body = s3.get_object(Bucket=ada.account_id, Key="co2/CITATION.cff")["Body"].read()
    assert b"family-names: Keeling" in body
    s3.put_object(
        Bucket=ada.account_id,
        Key="co2/CITATION.cff",
        Body=body.replace(b"Keeling", b"Whorf") + b"doi: 10.5066/F7ABC\n",
    )
    form = ada.visitor.go(f"{settings}?from=citation").form(settings)
    assert form.fields["doi"] == "10.5066/F7ABC"
