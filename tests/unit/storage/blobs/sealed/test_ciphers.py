"""Blocks open in their order, all of them, under their key, and in no other way."""

import os
import secrets

import pytest

from services.storage.blobs.sealed.ciphers import (
    BLOCK_BYTES,
    HEAD_BYTES,
    JOINED,
    SEALED_BYTES,
    STORE_KEY_BYTES,
    TAG_BYTES,
    BrokenError,
    Sealer,
    Segment,
    StoreKey,
    list_bytes,
    open_list,
    plain_size,
    seal_list,
    unwrap,
    wrap,
)

STORE = StoreKey(secrets.token_bytes(STORE_KEY_BYTES))
SIZES = [0, 1, BLOCK_BYTES - 1, BLOCK_BYTES, BLOCK_BYTES + 1, 2 * BLOCK_BYTES, 3 * BLOCK_BYTES + 5]


def sealed(content: bytes, *, piece: int = 10_007) -> bytes:
    sealer = Sealer(STORE)
    parts = [
        sealer.add([memoryview(content)[at : at + piece]]) for at in range(0, len(content), piece)
    ]
    parts.append(sealer.finish([]))
    whole = b"".join(b"".join(one) for one in parts)
    assert sealer.size == len(whole)
    return whole


def opened(whole: bytes) -> bytes:
    _, _, blocks = STORE.open(whole[:HEAD_BYTES])
    body = whole[HEAD_BYTES:]
    starts = range(0, len(body), SEALED_BYTES)
    return b"".join(
        blocks.open(number, body[at : at + SEALED_BYTES], is_last=at == starts[-1])
        for number, at in enumerate(starts)
    )


@pytest.mark.parametrize("size", SIZES)
def test_bytes_come_back(size: int) -> None:
    content = os.urandom(size)
    whole = sealed(content)
    assert opened(whole) == content
    assert plain_size(len(whole)) == size


def test_the_same_bytes_are_sealed_differently_each_time() -> None:
    assert sealed(b"x" * 100)[HEAD_BYTES:] != sealed(b"x" * 100)[HEAD_BYTES:]


def test_every_size_that_a_segment_can_have_is_known_and_no_other() -> None:
    possible = {HEAD_BYTES + TAG_BYTES: 0}
    for plain in (*range(1, 40), *range(BLOCK_BYTES - 3, BLOCK_BYTES + 40)):
        possible[HEAD_BYTES + plain + TAG_BYTES * -(-plain // BLOCK_BYTES)] = plain
    for size in (*range(HEAD_BYTES + 40), *range(HEAD_BYTES + SEALED_BYTES - 3, 65_672)):
        if size in possible:
            assert plain_size(size) == possible[size]
        else:
            with pytest.raises(BrokenError):
                plain_size(size)


@pytest.mark.parametrize("at", range(HEAD_BYTES))
def test_a_changed_bit_of_the_head_is_seen(at: int) -> None:
    whole = bytearray(sealed(b"x"))
    whole[at] ^= 1
    with pytest.raises(BrokenError):
        opened(bytes(whole))


@pytest.mark.parametrize("at", [0, 1, BLOCK_BYTES, SEALED_BYTES, -1])
def test_a_changed_bit_of_a_block_is_seen(at: int) -> None:
    whole = bytearray(sealed(b"x" * (BLOCK_BYTES + 1)))
    whole[at if at < 0 else HEAD_BYTES + at] ^= 1
    with pytest.raises(BrokenError):
        opened(bytes(whole))


def test_blocks_that_were_cut_off_or_swapped_or_came_twice_are_seen() -> None:
    whole = sealed(os.urandom(3 * BLOCK_BYTES))
    head, body = whole[:HEAD_BYTES], whole[HEAD_BYTES:]
    one, two, three = (body[at : at + SEALED_BYTES] for at in range(0, len(body), SEALED_BYTES))
    for order in ((one, two), (two, one, three), (one, one, three), (one, two, two, three)):
        with pytest.raises(BrokenError):
            opened(head + b"".join(order))


def test_nothing_opens_under_another_key() -> None:
    other = StoreKey(secrets.token_bytes(STORE_KEY_BYTES))
    with pytest.raises(BrokenError):
        other.open(sealed(b"x")[:HEAD_BYTES])
    with pytest.raises(BrokenError):
        STORE.open(b"")
    key = secrets.token_bytes(STORE_KEY_BYTES)
    wrapped = wrap(key, b"secret")
    assert unwrap(key, wrapped) == b"secret"
    with pytest.raises(BrokenError):
        unwrap(key[::-1], wrapped)


def test_the_list_of_a_joined_object_has_its_segments_in_order() -> None:
    segments = [Segment(0, size, os.urandom(16)) for size in (81, 65_616, 80)]
    listed = seal_list(STORE, segments)
    kind, count, blocks = STORE.open(listed[:HEAD_BYTES])
    assert (kind, count, len(listed)) == (JOINED, 3, HEAD_BYTES + list_bytes(3))
    found = open_list(blocks, listed[HEAD_BYTES:])
    assert [one[1:] for one in found] == [one[1:] for one in segments]
    assert [one.start for one in found] == [len(listed), len(listed) + 81, len(listed) + 65_697]
    with pytest.raises(BrokenError):
        open_list(blocks, bytes([listed[HEAD_BYTES] ^ 1]) + listed[HEAD_BYTES + 1 :])
