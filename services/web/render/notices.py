"""What a page says after a redirect, by name: an address chooses among these and says no more."""

from collections.abc import Mapping
from urllib.parse import quote

FIELD = "done"
NOTICES: Mapping[str, str] = {
    "saved": "Saved.",
    "versioning-set": "Saved. What is kept already stays.",
    "retention-set": "Saved. Versions that are over it are removed within hours.",
    "version-restored": "The version is restored; it is the newest now.",
    "repository-renamed": "The repository has its new name. The old one goes on leading here.",
    "repository-offered": "The repository is offered. It stays yours until the offer is accepted; "
    "until then you can withdraw it here.",
    "offer-withdrawn": "The offer is withdrawn. The repository stays yours.",
    "offer-declined": "The offer is declined. The repository stays where it is.",
    "repository-accepted": "The repository is yours now.",
    "repository-put-aside": "The repository is put aside. Its owners can take it up again here.",
    "repository-taken-up": "The repository is in use again.",
    "repository-deleted": "The repository is deleted. Its owners can have it back for {undelete}.",
    "repository-undeleted": "The repository is back, with all that was in it.",
    "account-kept": "The account stays; it will not be deleted.",
    "account-disabled": "The account is disabled. You can enable it again here.",
    "account-enabled": "The account is enabled.",
    "file-saved": "The file is saved.",
    "file-deleted": "The file is deleted.",
    "citation-written": "CITATION.cff was written.",
    "key-revoked": "The access key is revoked and opens nothing more.",
    "share-revoked": "The share link is revoked and opens nothing more.",
    "connection-added": "The bucket is connected. Show a folder of it as a repository now.",
    "connection-removed": "The connection is removed; nothing is read through it any more.",
    "relisting": "The bucket is being listed. What is new there appears here as it is found.",
    "trust-removed": "The trust is removed; its tokens are taken no more.",
    "domain-removed": "The domain is removed.",
    "member-removed": "The role is taken away. You can grant it again here.",
    "member-invited": "The invitation is sent.",
    "invitation-withdrawn": "The invitation is withdrawn.",
    "left": "You gave up your role.",
    "request-sent": "Your request is sent. You are told by mail when it is answered.",
    "request-withdrawn": "Your request is withdrawn.",
    "request-approved": "Access is granted.",
    "request-declined": "The request is declined.",
    "invitation-declined": "The invitation is declined.",
    "sessions-ended": "Signed out there.",
    "profile": "Your name is saved.",
    "email": "Your e-mail address is changed.",
    "password": "The new password is good from now on.",
    "confirmed": "Your e-mail address is confirmed.",
    "totp": "Your app is set.",
    "totp_unlink": "The app is removed.",
    "lookup_secret": "Your backup codes are set.",
    "webauthn": "Your security keys are changed.",
    "passkey": "Your passkeys are changed.",
    "linked": "You can sign in there from now on.",
    "unlink": "Signing in there no longer leads to your account.",
}


def notices(undelete: str) -> Mapping[str, str]:
    """Each of them by name; `undelete` is for how long a deleted repository can be had back."""
    return {name: text.format(undelete=undelete) for name, text in NOTICES.items()}


def telling(address: str, name: str) -> str:
    """The address of a page that says this when it is shown."""
    return f"{address}{'&' if '?' in address else '?'}{FIELD}={quote(name)}"
