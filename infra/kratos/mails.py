"""What Kratos' courier writes to people: which platform it is, the code, and what to do with it.

Go templates, which Kratos reads from a folder in the place of its own. These are all that it sends:
to an address that nobody has it writes nothing, and what else changes is told by accounts.
"""

from dataclasses import dataclass
from html import escape
from pathlib import Path

CODE = "It is good for a quarter of an hour. Tell it to nobody."
NOTHING = "If you expect nothing of the kind, there is nothing to do."


@dataclass(frozen=True, slots=True)
class Mail:
    """One kind of mail; `{name}` and `{url}` stand for the platform, `code` is Kratos' field."""

    subject: str
    sentence: str
    code: str


MAILS = {
    "registration_code": Mail(
        "Your code to register at {name}",
        "Somebody registers at {name} ({url}) with this address. If that is you, the code is:",
        ".RegistrationCode",
    ),
    "recovery_code": Mail(
        "Your code to get back into {name}",
        "Somebody wants to get back into your account at {name} ({url}). If that is you, the code "
        "is:",
        ".RecoveryCode",
    ),
    "verification_code": Mail(
        "Your code to confirm your address at {name}",
        "Somebody gave this address at {name} ({url}). If that is you, confirm it by this code:",
        ".VerificationCode",
    ),
}


def write_mails(folder: Path, name: str, url: str) -> None:
    """The templates of a platform of this name, whose pages are at `url`."""
    for kind, mail in MAILS.items():
        place = folder / kind / "valid"
        place.mkdir(parents=True, exist_ok=True)
        said = [one.format(name=name, url=url) for one in _paragraphs(mail)]
        subject = mail.subject.format(name=name)
        texts = {"subject": subject, "body.plaintext": _plain(said), "body": _html(said)}
        for part, text in texts.items():
            (place / f"email.{part}.gotmpl").write_text(text)


def _paragraphs(mail: Mail) -> list[str]:
    return [mail.sentence, "{{{{ " + mail.code + " }}}}", CODE, NOTHING]


def _plain(paragraphs: list[str]) -> str:
    return "\n\n".join(paragraphs) + "\n"


def _html(paragraphs: list[str]) -> str:
    return "".join(f"<p>{escape(one)}</p>\n" for one in paragraphs)
