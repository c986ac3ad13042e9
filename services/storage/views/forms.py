"""PostObject: a browser's form; its hidden fields are a signed policy, its last is the file."""

from collections.abc import AsyncIterator
from datetime import UTC, datetime
from urllib.parse import quote

from python_multipart.exceptions import FormParserError
from python_multipart.multipart import MultipartParser, parse_options_header

from services.storage.operations.committing import NewObject
from services.storage.operations.failing_over import demand_primary
from services.storage.operations.objects import put_object
from services.storage.s3.acls import HEADER, acl_in
from services.storage.s3.addressing import Form, Level, Target, check_key
from services.storage.s3.checksums import Bytes, Checksums
from services.storage.s3.errors import S3Error
from services.storage.s3.post_policy import (
    Policy,
    check_form,
    check_length,
    fill_filename,
    read_form_claim,
    verify_form,
)
from services.storage.s3.tagging import parse_tagging
from services.storage.s3.xml import post_response
from services.storage.views.acls import keep_within
from services.storage.views.bodies import raw_pieces
from services.storage.views.callers import holder, secret_of, service
from services.storage.views.cors import keep_to_rules
from services.storage.views.exchange import XML, Caller, Exchange
from services.storage.views.headers import clean, new_object
from services.storage.views.rights import allowed_repository
from services.storage.views.versioning import version_headers
from shared.contracts.accounts import SealedAccessKey
from shared.contracts.repositories import Repository
from shared.policy import Action

MAX_FIELDS_BYTES = 64 * 1024
FILE = "file"


class FormReader:
    """Reads a form as it arrives: fields until the file begins, then the bytes of the file."""

    def __init__(self, content_type: str) -> None:
        kind, options = parse_options_header(content_type)
        if kind != b"multipart/form-data" or not options.get(b"boundary"):
            raise S3Error("MalformedPOSTRequest")
        self.fields: dict[str, str] = {}
        self.filename = ""
        self.file_type = ""
        self.is_in_file = False
        self.is_whole = False
        self._file: list[Bytes] = []
        self._part: dict[bytes, bytes] = {}
        self._header: list[bytes] = [b"", b""]
        self._name = ""
        self._value = b""
        self._size = 0
        self._is_file_over = False
        self._parser = MultipartParser(
            options[b"boundary"],
            {
                "on_part_begin": self._begin,
                "on_header_field": self._field,
                "on_header_value": self._header_value,
                "on_header_end": self._end_header,
                "on_headers_finished": self._name_part,
                "on_part_data": self._data,
                "on_part_end": self._end,
                "on_end": self._finish,
            },
        )

    def feed(self, data: bytes) -> list[Bytes]:
        """The bytes of the file in `data`, which follow those handed out before."""
        try:
            self._parser.write(data)
        except FormParserError:
            raise S3Error("MalformedPOSTRequest") from None
        pieces, self._file = self._file, []
        return pieces

    def _begin(self) -> None:
        self._part, self._name, self._value = {}, "", b""

    def _field(self, data: bytes, start: int, end: int) -> None:
        self._header[0] += data[start:end]

    def _header_value(self, data: bytes, start: int, end: int) -> None:
        self._header[1] += data[start:end]

    def _end_header(self) -> None:
        # Without a limit, fields without values would fill the memory by their names alone.
        self._count(sum(map(len, self._header)))
        self._part[self._header[0].lower()] = self._header[1]
        self._header = [b"", b""]

    def _name_part(self) -> None:
        kind, options = parse_options_header(self._part.get(b"content-disposition", b""))
        if kind != b"form-data" or b"name" not in options:
            raise S3Error("MalformedPOSTRequest")
        self._name = text(options[b"name"]).lower()
        if self._name == FILE and not self.is_in_file:
            self.is_in_file = True
            self.filename = text(options.get(b"filename", b""))
            self.file_type = text(self._part.get(b"content-type", b""))

    def _data(self, data: bytes, start: int, end: int) -> None:
        if self._name == FILE and not self._is_file_over:
            self._file.append(memoryview(data)[start:end])
            return
        self._count(end - start)
        self._value += data[start:end]

    def _count(self, size: int) -> None:
        self._size += size
        if self._size > MAX_FIELDS_BYTES:
            raise S3Error("MaxMessageLengthExceeded", MaxMessageLengthBytes=MAX_FIELDS_BYTES)

    def _end(self) -> None:
        if self._name == FILE:
            self._is_file_over = True
        elif not self.is_in_file:
            # What follows the file is ignored, as S3 does: it was not there to be checked.
            self.fields.setdefault(self._name, text(self._value))

    def _finish(self) -> None:
        self.is_whole = True


class FormBody:
    """The file of a form; see operations.receiving.Incoming."""

    algorithms: tuple[str, ...] = ()

    def __init__(
        self,
        reader: FormReader,
        begun: list[Bytes],
        arriving: AsyncIterator[bytes],
        policy: Policy,
    ) -> None:
        self._reader, self._begun, self._arriving = reader, begun, arriving
        self._policy = policy

    async def pieces(self) -> AsyncIterator[Bytes]:
        """See Incoming.pieces."""
        size = 0
        for piece in self._begun:
            size += len(piece)
            yield piece
        async for data in self._arriving:
            for piece in self._reader.feed(data):
                size += len(piece)
                yield piece
            if size > self._policy.max_bytes:
                check_length(self._policy, size)
        if not self._reader.is_whole:
            raise S3Error("IncompleteBody")
        check_length(self._policy, size)

    def check(self, computed: Checksums) -> None:
        """See Incoming.check: a form promises nothing of its bytes."""


async def post(exchange: Exchange) -> None:
    """PostObject: nothing is stored unless signature, policy and rights allow it."""
    reader = FormReader(exchange.request.headers.get("content-type", ""))
    arriving = raw_pieces(exchange)
    begun: list[Bytes] = []
    async for data in arriving:
        begun += reader.feed(data)
        if reader.is_in_file:
            break
    else:
        raise S3Error("InvalidArgument", "POST requires exactly one file upload per request.")
    policy = await prove(exchange, reader)
    repository, new = await place_of(exchange, reader)
    body = FormBody(reader, begun, arriving, policy)
    # Of the file's own size nothing is known before it has come: the whole form counts for it.
    most = int(exchange.request.headers.get("content-length") or policy.max_bytes)
    async with exchange.held.quotas.room(repository, new.key, most):
        record = await put_object(exchange.held.resources, repository, new, body)
    exchange.extra += version_headers(repository, record)
    await answer(exchange, reader.fields, record.etag)


async def prove(exchange: Exchange, reader: FormReader) -> Policy:
    """The policy, once its signature is proved and the form fits it; sets who asks."""
    fields = reader.fields
    claim = read_form_claim(fields)
    if claim is None:
        raise S3Error("AccessDenied")
    secret, sealed = await secret_of(exchange.held, claim.access_key_id)
    policy = verify_form(claim, secret, now=datetime.now(UTC))
    named_by_file = "${filename}" in fields.get("key", "")
    if not fields.get("key") or (named_by_file and not reader.filename):
        raise S3Error("InvalidArgument", "Choose a file, and say under which key to keep it.")
    fields["key"] = fill_filename(fields["key"], reader.filename)
    check_form(policy, fields, bucket=exchange.target.bucket)
    exchange.caller = await signer(exchange, claim.access_key_id, sealed, fields)
    return policy


async def signer(
    exchange: Exchange, access_key_id: str, sealed: SealedAccessKey | None, fields: dict[str, str]
) -> Caller:
    """Who signed the policy, or for whom a service of ours did."""
    if sealed:
        return await holder(exchange.held, sealed, None)
    return await service(exchange.held, access_key_id, fields, None)


async def place_of(exchange: Exchange, reader: FormReader) -> tuple[Repository, NewObject]:
    """Where the file goes, if who signed may write there."""
    target, key = exchange.target, reader.fields["key"]
    if target.level is Level.ACCOUNT:
        repository_id, _, key = key.partition("/")
        target = Target("", Level.OBJECT, Form.ACCOUNT, target.account_id, repository_id, key)
    if not key:
        raise S3Error("InvalidRequest", "The object key is missing.")
    repository = await allowed_repository(exchange, target, Action.DATA_WRITE, key)
    await keep_to_rules(exchange, repository)
    await demand_primary(exchange.held.resources, repository)
    headers = {"content-type": reader.file_type, **reader.fields}
    asked = {HEADER: headers["acl"], **headers} if "acl" in headers else headers
    keep_within(repository, acl_in(asked))
    new = new_object(check_key(key), headers, exchange.caller.uid)
    if "tagging" in reader.fields:
        new.tags = parse_tagging(reader.fields["tagging"].encode())
    return repository, new


async def answer(exchange: Exchange, fields: dict[str, str], etag: str) -> None:
    """As `success_action_redirect` or `success_action_status` wants it; else 204."""
    bucket, key = exchange.target.bucket, fields["key"]
    redirect = fields.get("success_action_redirect", "")
    if redirect.startswith(("http://", "https://")):
        joint = "&" if "?" in redirect else "?"
        query = f"bucket={quote(bucket)}&key={quote(key, safe='')}&etag=%22{etag}%22"
        location = clean(f"{redirect}{joint}{query}")
        await exchange.answer(303, [(b"location", location.encode())])
        return
    location = f"{exchange.held.door.url}{exchange.request.raw_path.decode('latin-1')}/{quote(key)}"
    headers = [(b"etag", b'"%b"' % etag.encode()), (b"location", location.encode())]
    status = fields.get("success_action_status", "204")
    if status == "201":
        body = post_response(location=location, bucket=bucket, key=key, etag=etag)
        await exchange.answer(201, [XML, *headers], body)
        return
    await exchange.answer(200 if status == "200" else 204, headers)


def text(raw: bytes) -> str:
    """UTF-8, as browsers send it. Raises MalformedPOSTRequest."""
    try:
        return raw.decode()
    except UnicodeDecodeError:
        raise S3Error("MalformedPOSTRequest") from None
