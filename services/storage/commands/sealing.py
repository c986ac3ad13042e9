"""A new key file for what is sealed, in the place of the old one."""

import asyncio
from argparse import Namespace

from services.storage.blobs.sealed.keys import rotate
from services.storage.blobs.sealed.naming import SEALED_FOLDER
from services.storage.settings import ServiceSettings


async def rotate_sealing_key(settings: ServiceSettings, _: Namespace) -> tuple[int, str]:
    """No object is written anew, and what runs goes on with the key that it has opened."""
    folder, key_file = settings.home / "storage" / SEALED_FOLDER, settings.sealing_key
    await asyncio.to_thread(rotate, folder, key_file)
    return 0, (
        f"{key_file} is a new key, and the old one opens nothing from now on. "
        "Keep a copy of it apart."
    )
