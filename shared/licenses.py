"""The SPDX license list: what may stand in a license field, and what it is called."""

import json
import re
from functools import lru_cache
from pathlib import Path

LIST = Path(__file__).with_name("licenses.json")
# A license that is on no list (SPDX 2.3, annex D); its text lies beside the data.
OWN = re.compile(r"LicenseRef-[A-Za-z0-9.-]{1,50}")


@lru_cache(maxsize=1)
def licenses() -> dict[str, str]:
    """The name of every license that is in use, by its identifier."""
    names: dict[str, str] = json.loads(LIST.read_text("utf-8"))
    return names


def check_license(text: str) -> str:
    """The identifier as SPDX spells it (it ignores case); nothing stays nothing. ValueError."""
    if not text or OWN.fullmatch(text):
        return text
    found = _spellings().get(text.lower())
    if found is None:
        raise ValueError("must be an SPDX identifier such as CC-BY-4.0, or LicenseRef-...")
    return found


@lru_cache(maxsize=1)
def _spellings() -> dict[str, str]:
    return {name.lower(): name for name in licenses()}
