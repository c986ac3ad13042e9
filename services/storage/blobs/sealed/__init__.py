"""Bytes sealed at rest: what is written from now on lies encrypted beside what lies plain.

    storage/{account}/{repository}/…           plain, as ever
    storage/.sealed/{account}/{repository}/…   the same layout, each file sealed (see ciphers)
    storage/.sealed/.key                       the store's key, wrapped by the key file

In a bucket it is `=sealed/` and `=sealed/=key`. Which of the two a place means is in its name and
never guessed from bytes, so no flipped bit has ciphertext served as an object. No id begins with a
dot, so `.sealed` is in nobody's way.
"""

from services.storage.blobs.sealed.blobs import SealedBlobs
from services.storage.blobs.sealed.keeping import SealingError
from services.storage.blobs.sealed.keys import KeyFile, Wrapping
from services.storage.blobs.sealed.kms import Kms
from services.storage.blobs.sealed.opening import open_bucket_blobs, open_folder_blobs

__all__ = [
    "KeyFile",
    "Kms",
    "SealedBlobs",
    "SealingError",
    "Wrapping",
    "open_bucket_blobs",
    "open_folder_blobs",
]
