"""The reader of form uploads, fed as bytes arrive."""

import pytest

from services.storage.s3.errors import S3Error
from services.storage.views.forms import MAX_FIELDS_BYTES, FormReader

FIELD = b'--b\r\nContent-Disposition: form-data; name="%b"\r\n\r\n%b\r\n'


def reader() -> FormReader:
    return FormReader("multipart/form-data; boundary=b")


def test_fields_and_then_the_file() -> None:
    read = reader()
    pieces = read.feed(FIELD % (b"Key", b"a") + FIELD % (b"file", b"12345") + b"--b--\r\n")
    assert (read.fields, b"".join(pieces), read.is_whole) == ({"key": "a"}, b"12345", True)


@pytest.mark.parametrize(("name", "value"), [(b"n%06d" + b"n" * 900, b""), (b"f%06d", b"v" * 900)])
def test_fields_beyond_measure(name: bytes, value: bytes) -> None:
    read, body = reader(), b"".join(FIELD % (name % number, value) for number in range(200))
    with pytest.raises(S3Error) as caught:
        read.feed(body)
    assert (caught.value.code, caught.value.status) == ("MaxMessageLengthExceeded", 400)
    assert sum(map(len, read.fields)) < MAX_FIELDS_BYTES
