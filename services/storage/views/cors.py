"""Scripts of any origin may read and write as far as their signature lets them: no cookies here.

A repository may have rules of its own, which then say what a browser tells them.
"""

from contextlib import suppress

from services.storage.operations.cors import rules_for_everyone, rules_of, set_rules
from services.storage.s3.cors import MAX_BYTES, Rule, cors_document, first_met, parse_cors
from services.storage.s3.errors import S3Error
from services.storage.views.bodies import read_whole
from services.storage.views.exchange import Exchange, Header
from services.storage.views.headers import clean
from services.storage.views.rights import known_repository
from shared.contracts.repositories import Repository
from shared.errors import Problem

METHODS = b"GET, HEAD, PUT, POST, DELETE"
EXPOSED = (
    b"Accept-Ranges, Cache-Control, Content-Disposition, Content-Encoding, Content-Language, "
    b"Content-Length, Content-Range, Content-Type, Date, ETag, Expires, Last-Modified, Location, "
    b"x-amz-checksum-crc32, x-amz-checksum-crc32c, x-amz-checksum-crc64nvme, x-amz-checksum-sha1, "
    b"x-amz-checksum-sha256, x-amz-checksum-type, x-amz-mp-parts-count, x-amz-request-id, "
    b"x-amz-tagging-count, x-amz-version-id, x-amz-delete-marker"
)
CORS = b"access-control-"
WANTED_METHOD = "access-control-request-method"
ANY_ORIGIN = (b"access-control-allow-origin", b"*")
VARY = (b"vary", b"Origin, Access-Control-Request-Headers, Access-Control-Request-Method")
DAY_SECONDS = b"86400"
REFUSED = (
    "This CORS request is not allowed. This is usually because the evaluation of Origin, request "
    "method / Access-Control-Request-Method or Access-Control-Request-Headers are not whitelisted "
    "by the resource's CORS spec."
)


def open_to_origins(exchange: Exchange) -> None:
    """Let a script of another origin read the answer, if one asks."""
    if "origin" in exchange.request.headers:
        # `*` tells the x-amz-meta- headers too, where a browser takes it for what it is.
        exchange.extra += [ANY_ORIGIN, (b"access-control-expose-headers", EXPOSED + b", *")]


async def keep_to_rules(exchange: Exchange, repository: Repository) -> None:
    """Where a repository has rules, the answer is opened to none but whom they allow."""
    if "origin" in exchange.request.headers:
        await answer_by(exchange, await rules_of(exchange.held.resources.outbox, repository))


async def keep_to_known_rules(exchange: Exchange) -> None:
    """The same for who was refused, by the rules that anyone may know."""
    if "origin" in exchange.request.headers:
        await answer_by(exchange, await rules_at(exchange))


async def answer_by(exchange: Exchange, rules: list[Rule]) -> None:
    """Tell the origin that asks what the first rule that it meets allows it."""
    if rules:
        origin = exchange.request.headers["origin"]
        close_to_origins(exchange)
        # As S3 does: judged by the method that a preflight would ask for, where it is said.
        method = exchange.request.headers.get(WANTED_METHOD, exchange.request.method)
        rule = first_met(rules, origin, method)
        exchange.extra += told(rule, origin) if rule else []


def close_to_origins(exchange: Exchange) -> None:
    """Take back what `open_to_origins` says."""
    exchange.extra = [one for one in exchange.extra if not one[0].startswith(CORS)]


async def preflight(exchange: Exchange) -> None:
    """OPTIONS: yes, whatever it is and whether or not it is there, unless a rule says no.

    Raises BadRequest for what no browser asks.
    """
    headers = exchange.request.headers
    if not headers.get("origin") or not headers.get(WANTED_METHOD):
        close_to_origins(exchange)
        raise S3Error("BadRequest", "Insufficient information. Origin request header needed.")
    rules = await rules_at(exchange)
    if rules:
        await judged_preflight(exchange, rules)
        return
    wanted = clean(headers.get("access-control-request-headers", ""))
    answer: list[Header] = [
        (b"access-control-allow-methods", METHODS),
        (b"access-control-max-age", DAY_SECONDS),
        (b"vary", b"Origin, Access-Control-Request-Headers"),
    ]
    if wanted:
        answer.append((b"access-control-allow-headers", wanted.encode("latin-1")))
    await exchange.answer(204, answer)


async def rules_at(exchange: Exchange) -> list[Rule]:
    """The rules of what the address names, as far as everyone may know that it is there."""
    target, repository = exchange.target, None
    with suppress(Problem):
        repository = await known_repository(exchange, target.account_id, target.repository_id)
    if repository is None:
        return []
    return await rules_for_everyone(exchange.held.resources.outbox, repository)


async def judged_preflight(exchange: Exchange, rules: list[Rule]) -> None:
    """A preflight in a repository with rules. Raises AccessForbidden."""
    close_to_origins(exchange)
    headers = exchange.request.headers
    origin, method = headers["origin"], headers[WANTED_METHOD]
    text = clean(headers.get("access-control-request-headers", ""))
    wanted = [name for one in text.split(",") if (name := one.strip())]
    rule = first_met(rules, origin, method, wanted)
    if rule is None:
        raise S3Error("AccessForbidden", f"CORSResponse: {REFUSED}")
    answer = told(rule, origin)
    if wanted:
        answer.append((b"access-control-allow-headers", ", ".join(wanted).encode("latin-1")))
    await exchange.answer(200, answer)


def told(rule: Rule, origin: str) -> list[Header]:
    """What a rule tells a browser of an origin that it allows."""
    allowed = "*" if "*" in rule.origins else clean(origin)
    headers: list[Header] = [
        (b"access-control-allow-origin", allowed.encode("latin-1")),
        (b"access-control-allow-methods", ", ".join(rule.methods).encode()),
        VARY,
    ]
    if rule.exposed:
        headers.append((b"access-control-expose-headers", ", ".join(rule.exposed).encode()))
    if rule.max_age_seconds:
        headers.append((b"access-control-max-age", rule.max_age_seconds.encode()))
    return headers


async def get(exchange: Exchange) -> None:
    """GetBucketCors."""
    repository = exchange.repository
    rules = await rules_of(exchange.held.resources.outbox, repository) if repository else []
    if not rules:
        raise S3Error("NoSuchCORSConfiguration", BucketName=exchange.target.bucket)
    await exchange.answer_xml(cors_document(rules))


async def put(exchange: Exchange) -> None:
    """PutBucketCors."""
    repository = ruled(exchange)
    rules = parse_cors(await read_whole(exchange, MAX_BYTES))
    await set_rules(exchange.held.resources.outbox, repository, rules)
    await exchange.answer(200)


async def delete(exchange: Exchange) -> None:
    """DeleteBucketCors."""
    await set_rules(exchange.held.resources.outbox, ruled(exchange), ())
    await exchange.answer(204)


def ruled(exchange: Exchange) -> Repository:
    """What can have rules. Raises NotImplemented for an account."""
    if exchange.repository is None:
        raise S3Error("NotImplemented", "Each repository has rules for other origins of its own.")
    return exchange.repository
