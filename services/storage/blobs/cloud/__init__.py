"""Bytes in a bucket of a cloud: `s3://`, `gs://` or `az://`, below the prefix of its address.

    <repository uid>/<escaped key>/<draft>            an object that came in one go
    <repository uid>/<escaped key>/<draft>+<upload>   the list of parts of one that did not
    <repository uid>/=parts/<upload>/<draft>          a part, which is never moved again
    <repository uid>/=parts/<upload>/=lead-<draft>    what stands before the parts, if anything
    <repository uid>/=long/<sha256>/<draft>           keys too long for a name; the key is beside it
    =processes/<name>                                 who lives

Nothing is ever written twice, so a record names its bytes for good and its own condition is all
that writers need: no locks, no copies into place, no difference between one host and several.
No escaped key begins with `=` and a letter that is no hex digit, and no uid with `=`.
"""

from services.storage.blobs.cloud.blobs import CloudBlobs, open_cloud

__all__ = ["CloudBlobs", "open_cloud"]
