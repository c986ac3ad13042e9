"""A new key file for what is sealed, in the place of the old one."""

import asyncio
from argparse import Namespace

from services.storage.blobs.opening import folder_of_back_end, names_of_back_ends, sealing_key
from services.storage.blobs.sealed.keys import is_sealed, rotate
from services.storage.blobs.sealed.naming import SEALED_FOLDER
from services.storage.settings import MAIN, ServiceSettings


async def rotate_sealing_key(settings: ServiceSettings, _: Namespace) -> tuple[int, str]:
    """No object is written anew, and what runs goes on with the key that it has opened."""
    rotated = list[str]()
    for name in names_of_back_ends(settings):
        folder, key_file = folder_of_back_end(settings, name), sealing_key(settings, name)
        if folder is not None and (name == MAIN or is_sealed(folder / SEALED_FOLDER)):
            await asyncio.to_thread(rotate, folder / SEALED_FOLDER, key_file)
            rotated.append(str(key_file))
    return 0, "\n".join(
        f"{one} is a new key, and the old one opens nothing from now on. Keep a copy of it apart."
        for one in rotated
    )
