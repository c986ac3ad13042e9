"""Bytes in buckets that accounts bring: read where they lie, and nothing else.

No part of the port can write, so nothing in here could: what drafts, publishes, moves, sweeps or
removes never gets hold of such a bucket. Keys are the bucket's own, to the byte.
"""

from services.storage.blobs.connected.answers import Far, StaleError
from services.storage.blobs.connected.blob import ConnectedBlob
from services.storage.blobs.connected.bucket import Bucket, Reach, open_bucket

__all__ = ["Bucket", "ConnectedBlob", "Far", "Reach", "StaleError", "open_bucket"]
