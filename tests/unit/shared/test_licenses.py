"""Licenses: every one of the list, expressions of several, and what is none."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from shared.licenses import check_license, licenses, parts_of_license

IDENTIFIERS = st.sampled_from([*licenses(), "LicenseRef-own", "Apache-2.0+"])
EXPRESSIONS = st.recursive(
    IDENTIFIERS | st.just("GPL-2.0-only WITH Classpath-exception-2.0"),
    lambda inner: st.builds("({} {} {})".format, inner, st.sampled_from(["AND", "OR"]), inner),
    max_leaves=8,
)


def test_every_license_of_the_list_is_one_and_case_does_not_matter() -> None:
    assert len(licenses()) > 700
    for name in licenses():
        assert check_license(name.upper()) == name
        assert check_license(f"{name} OR MIT") == f"{name} OR MIT"
    assert check_license("LicenseRef-noaa-2024") == "LicenseRef-noaa-2024"
    assert check_license("") == ""


@pytest.mark.parametrize(
    ("text", "spelt"),
    [
        ("mit or apache-2.0", "MIT OR Apache-2.0"),
        ("( cc-by-4.0 AND odc-by-1.0 )", "(CC-BY-4.0 AND ODC-By-1.0)"),
        (
            "gpl-2.0-only with classpath-exception-2.0",
            "GPL-2.0-only WITH Classpath-exception-2.0",
        ),
        ("MIT  or\tapache-2.0+", "MIT OR Apache-2.0+"),
        ("LicenseRef-Own and MIT", "LicenseRef-Own AND MIT"),
    ],
)
def test_an_expression_is_spelt_as_spdx_spells_it(text: str, spelt: str) -> None:
    assert check_license(text) == spelt


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("mine", "no SPDX license 'mine'"),
        ("MIT OR (ISC AND mine)", "no SPDX license 'mine'"),
        ("MIT, ISC", "no SPDX license 'MIT,'"),
        ("LicenseRef-", "no SPDX license 'LicenseRef-'"),
        ("LicenseRef-a+", "no SPDX license"),
        ("MIT WITH mine", "no SPDX license exception 'mine'"),
        ("MIT WITH ISC", "no SPDX license exception 'ISC'"),
        *((wrong, "must be an SPDX license") for wrong in ("MIT OR", "MIT ISC", "(MIT", "()", " ")),
        *((wrong, "must be an SPDX license") for wrong in ("MIT WITH", "OR", "MIT)(", "(MIT) ISC")),
        ("(" * 2000 + "MIT" + ")" * 2000, "must be an SPDX license"),
    ],
)
def test_what_is_none_is_named(text: str, said: str) -> None:
    with pytest.raises(ValueError, match=said):
        check_license(text)


@given(EXPRESSIONS)
def test_an_expression_stays_what_it_is_and_is_the_sum_of_its_parts(text: str) -> None:
    assert check_license(text) == text
    assert "".join(parts_of_license(text)) == text
    assert check_license(text.lower().replace("licenseref-", "LicenseRef-")) == text


@given(st.text(alphabet="MIT ()ORANDWH-.+\0é\n", max_size=40))
def test_whatever_is_typed_is_a_license_or_refused(text: str) -> None:
    try:
        spelt = check_license(text)
    except ValueError:
        return
    assert check_license(spelt) == spelt
