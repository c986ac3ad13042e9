"""Identifiers that scholars use: DOI and ORCID, in the one form in which they are kept."""

import re

# A prefix and any characters that can be seen (DOI handbook §2.2); they ignore case (§2.4).
DOI = re.compile(r"10\.[0-9]{4,9}(?:\.[0-9]+)*/[!-~]{1,200}")
DOI_FORMS = re.compile(r"^(?:doi:\s*|https?://(?:dx\.)?doi\.org/)", re.IGNORECASE)
ORCID = re.compile(r"(?:[0-9]{4}-){3}[0-9]{3}[0-9X]")
ORCID_FORMS = re.compile(r"^https?://orcid\.org/", re.IGNORECASE)


def check_doi(text: str) -> str:
    """`https://doi.org/10.5066/F7` as `10.5066/f7`; nothing stays nothing. Raises ValueError."""
    name = DOI_FORMS.sub("", text.strip()).lower()
    if name and not DOI.fullmatch(name):
        raise ValueError("must be a DOI such as 10.5281/zenodo.1234")
    return name


def check_orcid(text: str) -> str:
    """`https://orcid.org/0000-0002-1825-0097` without its address. Raises ValueError."""
    name = ORCID_FORMS.sub("", text.strip()).upper()
    if name and not ORCID.fullmatch(name):
        raise ValueError("must be an ORCID such as 0000-0002-1825-0097")
    if name and _check_character(name) != name[-1]:
        raise ValueError(f"{name} has a slip in it: its last character does not fit the others")
    return name


def _check_character(orcid: str) -> str:
    """ISO 7064 MOD 11-2, over all digits but the last."""
    total = 0
    for digit in orcid[:-1].replace("-", ""):
        total = (total + int(digit)) * 2
    rest = (12 - total % 11) % 11
    return "X" if rest == 10 else str(rest)
