"""Rules of a bucket for scripts of other origins: their XML, and which of them a request meets.

Amazon S3 User Guide, "Elements of a CORS configuration".
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field

from services.storage.s3.elements import Pairs, Shape, read_document
from services.storage.s3.errors import S3Error
from services.storage.s3.escaping import escape
from services.storage.s3.xml import document

MAX_BYTES, MAX_RULES, MAX_ID = 64 * 1024, 100, 255
SHAPE = Shape(("CORSConfiguration", "CORSRule"), MAX_BYTES, MAX_RULES, max_fields=500)
METHODS = ("GET", "PUT", "HEAD", "POST", "DELETE")
# By the names of the fields of a rule.
LISTS = {
    "AllowedOrigin": "origins",
    "AllowedMethod": "methods",
    "AllowedHeader": "headers",
    "ExposeHeader": "exposed",
}
TEXTS = {"ID": "name", "MaxAgeSeconds": "max_age_seconds"}


@dataclass(slots=True)
class Rule:
    """`origins` and `headers` may have one `*` each; what is not said of the others is empty."""

    origins: list[str] = field(default_factory=list)
    methods: list[str] = field(default_factory=list)
    headers: list[str] = field(default_factory=list)
    exposed: list[str] = field(default_factory=list)
    max_age_seconds: str = ""
    name: str = ""


def parse_cors(body: bytes) -> list[Rule]:
    """Raises MalformedXML, InvalidRequest, MaxMessageLengthExceeded."""
    rules = [_rule(pairs) for pairs in read_document(body, SHAPE).records]
    if not rules or any(not rule.origins or not rule.methods for rule in rules):
        raise S3Error("MalformedXML")
    for rule in rules:
        _check(rule)
    return rules


def cors_document(rules: Iterable[Rule]) -> bytes:
    """CORSConfiguration."""
    return document("CORSConfiguration", *map(_element, rules))


def first_met(
    rules: Iterable[Rule], origin: str, method: str, headers: Sequence[str] = ()
) -> Rule | None:
    """The first rule that allows all of it; names of headers are compared without case."""
    wanted = [name.lower() for name in headers]
    for rule in rules:
        allowed = [name.lower() for name in rule.headers]
        if (
            method in rule.methods
            and any(_fits(pattern, origin) for pattern in rule.origins)
            and all(any(_fits(pattern, name) for pattern in allowed) for name in wanted)
        ):
            return rule
    return None


def _rule(pairs: Pairs) -> Rule:
    rule = Rule()
    for name, text in pairs:
        if name in LISTS:
            getattr(rule, LISTS[name]).append(text)
        elif name in TEXTS and not getattr(rule, TEXTS[name]):
            setattr(rule, TEXTS[name], text)
        else:
            raise S3Error("MalformedXML")
    return rule


def _check(rule: Rule) -> None:
    for method in rule.methods:
        if method not in METHODS:
            raise S3Error(
                "InvalidRequest",
                "Found unsupported HTTP method in CORS config. "
                f"Unsupported method is {method[:32]}",
            )
    for name, patterns in (("AllowedOrigin", rule.origins), ("AllowedHeader", rule.headers)):
        if any(pattern.count("*") > 1 for pattern in patterns):
            raise S3Error("InvalidRequest", f"{name} can not have more than one wildcard.")
    if any("*" in name for name in rule.exposed):
        raise S3Error("InvalidRequest", "ExposeHeader can not have a wildcard.")
    age = rule.max_age_seconds
    if len(rule.name) > MAX_ID or (age and not (age.isascii() and age.isdigit() and len(age) < 10)):
        raise S3Error("MalformedXML")
    if not all(_is_header_text(text) for text in (*rule.origins, *rule.headers, *rule.exposed)):
        raise S3Error("InvalidRequest", "A rule must be of what headers can hold.")


def _is_header_text(text: str) -> bool:
    return bool(text) and text.isascii() and text.isprintable() and not set(text) & set(" ,")


def _fits(pattern: str, text: str) -> bool:
    before, star, after = pattern.partition("*")
    if not star:
        return pattern == text
    is_long_enough = len(text) >= len(before) + len(after)
    return is_long_enough and text.startswith(before) and text.endswith(after)


def _element(rule: Rule) -> str:
    texts = [(name, getattr(rule, attribute)) for name, attribute in TEXTS.items()]
    fields = [(name, text) for name, text in texts if text]
    fields += [
        (name, text) for name, attribute in LISTS.items() for text in getattr(rule, attribute)
    ]
    lines = "".join(f"<{name}>{escape(text)}</{name}>" for name, text in fields)
    return f"<CORSRule>{lines}</CORSRule>"
