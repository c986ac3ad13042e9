"""Bytes as local files: `storage/{account}/{repository}/<key>`, and our own area `storage/.sc`.

    storage/{account}/{repository}/<key path>            plain keys, names byte for byte
    storage/.sc/{account}/{repository}/keys/<hh>/<sha256>  keys that a file system cannot hold
    storage/.sc/{account}/{repository}/versions/<hh>/<sha256>.<name>  earlier bytes of a key
    storage/.sc/{account}/{repository}/tmp/              drafts that need a name
    storage/.sc/{account}/{repository}/mpu/<upload>/     parts of multipart uploads
    storage/.sc/locks/<n>  storage/.sc/processes/<name>  who writes, and who lives

No id begins with a dot, so `.sc` is in nobody's way and no key is reserved.
"""

from services.storage.blobs.local.blobs import LocalBlobs, open_local

__all__ = ["LocalBlobs", "open_local"]
