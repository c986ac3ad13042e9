"""What accounts say of themselves, put in order: lines, addresses, ORCID iDs and ROR ids."""

import re
from typing import Any

from shared.contracts.accounts import Account, AccountKind, EditAccount
from shared.fields import checked, email_address, invalid, is_web_address, one_line
from shared.scholarly import check_orcid

ROR = re.compile(r"(?:https?://)?(?:ror\.org/)?(0[a-hj-km-np-tv-z0-9]{6}[0-9]{2})", re.IGNORECASE)
# The last label has a letter, so no address of numbers is one (RFC 1123 §2.1).
DOMAIN = re.compile(
    r"(?:[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?\.)+(?=[a-z0-9-]*[a-z])[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?"
)
CROCKFORD = "0123456789abcdefghjkmnpqrstvwxyz"
PROFILE = {
    *("name", "bio", "location", "websites"),
    *("contact_email", "contact_public", "orcid", "ror", "avatar"),
}


def tidied(kind: AccountKind, wanted: EditAccount) -> dict[str, Any]:
    """The changes that a request brings; raises Invalid at the field that is to blame."""
    changes = wanted.model_dump(include=PROFILE, exclude_none=True)
    if "name" in changes:
        changes["name"] = one_line("name", changes["name"])
    if changes.get("location"):
        changes["location"] = one_line("location", changes["location"])
    if changes.get("contact_email"):
        changes["contact_email"] = email_address("contact_email", changes["contact_email"])
    if "websites" in changes:
        changes["websites"] = list(dict.fromkeys(website(one) for one in changes["websites"]))
    if changes.get("orcid"):
        changes["orcid"] = orcid(kind, changes["orcid"])
    if changes.get("ror"):
        changes["ror"] = ror(kind, changes["ror"])
    return changes


def website(text: str) -> str:
    """An address on the web."""
    text = text.strip()
    if not is_web_address(text):
        raise invalid("websites", "must be addresses that begin with https:// or http://")
    return text


def orcid(kind: AccountKind, text: str) -> str:
    """A person's ORCID iD."""
    if kind != "individual":
        raise invalid("orcid", "is for people; an organization has a ROR id")
    return checked("orcid", text, check_orcid)


def ror(kind: AccountKind, text: str) -> str:
    """An organization's ROR id, whose last two digits prove the others (ISO 7064 mod 97-10)."""
    if kind != "organization":
        raise invalid("ror", "is for organizations; a person has an ORCID iD")
    found = ROR.fullmatch(text.strip())
    if found is None:
        raise invalid("ror", "is written 05dxps055")
    said, number = found[1].lower(), 0
    for character in said[:7]:
        number = number * 32 + CROCKFORD.index(character)
    if int(said[7:]) != 98 - number * 100 % 97:
        raise invalid("ror", "has a slip in it: its last digits do not fit the others")
    return said


def domain_name(text: str) -> str:
    """A domain in the form in which DNS compares it; no address of numbers, no lone label."""
    try:
        name = text.strip().rstrip(".").lower().encode("idna").decode()
    except UnicodeError:
        name = ""
    if not DOMAIN.fullmatch(name) or len(name) > 253:
        raise invalid("name", "is written like noaa.gov")
    return name


def public(account: Account) -> Account:
    """The account as everyone may see it: an address that is not public is told to nobody."""
    if account.contact_public or not account.contact_email:
        return account
    return account.model_copy(update={"contact_email": ""})
