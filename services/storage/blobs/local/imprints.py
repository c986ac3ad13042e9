"""What stands beside the bytes of a file: an extended attribute of 61 bytes, and the fstat mark.

The attribute moves with the inode, so it always fits the bytes; it counts only while size and
time of change are those that it names. Some file systems have no attributes: nothing depends on it.
"""

import os
import struct

from services.storage.blobs.port import Imprint

ATTRIBUTE = b"user.sc"
KEY_ATTRIBUTE = b"user.sc.key"
TOLD_ATTRIBUTE = b"user.sc.told"
FORMAT = 1
# Format, size, mtime in ns, inode, stamp in µs, MD5, CRC64NVME, parts.
_LAYOUT = struct.Struct("<BQQQQ16s8sI")


def mark_of(status: os.stat_result) -> str:
    """Size, time of change and inode: another file, or the same one edited, has another mark."""
    return f"{status.st_size:x}-{status.st_mtime_ns:x}-{status.st_ino:x}"


def write_imprint(descriptor: int, imprint: Imprint) -> None:
    """Best effort; call it when the last byte is written."""
    status = os.fstat(descriptor)
    raw = _LAYOUT.pack(
        FORMAT,
        status.st_size,
        status.st_mtime_ns,
        status.st_ino,
        imprint.stamp,
        imprint.md5,
        imprint.crc64nvme,
        imprint.parts,
    )
    write_attribute(descriptor, ATTRIBUTE, raw)


def read_imprint(descriptor: int) -> Imprint | None:
    """None if there is none, or the file was edited since."""
    raw = read_attribute(descriptor, ATTRIBUTE)
    if raw is None or len(raw) != _LAYOUT.size:
        return None
    form, size, modified, inode, stamp, md5, crc64nvme, parts = _LAYOUT.unpack(raw)
    status = os.fstat(descriptor)
    if (form, size, modified) != (FORMAT, status.st_size, status.st_mtime_ns):
        return None
    told = read_attribute(descriptor, TOLD_ATTRIBUTE) or b""
    return Imprint(md5, crc64nvme, parts, stamp, inode == status.st_ino, told)


def write_attribute(descriptor: int, name: bytes, value: bytes) -> bool:
    """Whether the file system could keep it."""
    try:
        os.setxattr(descriptor, name, value)
    except (OSError, AttributeError):
        return False
    return True


def read_attribute(descriptor: int, name: bytes) -> bytes | None:
    """None where there is none."""
    try:
        return os.getxattr(descriptor, name)
    except (OSError, AttributeError):
        return None
