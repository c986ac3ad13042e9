"""Another key for what is sealed, in the place of the old one."""

from argparse import Namespace

from services.storage.blobs.opening import keeping_of, names_of_back_ends, wrapping_of
from services.storage.blobs.sealed.keys import rotate
from services.storage.settings import MAIN, ServiceSettings


async def rotate_sealing_key(settings: ServiceSettings, _: Namespace) -> tuple[int, str]:
    """No object is written anew, and what runs goes on with the key that it has opened."""
    told = list[str]()
    for name in names_of_back_ends(settings):
        keeping = keeping_of(settings, name)
        if name == MAIN or await keeping.read() is not None:
            told.append(await rotate(keeping, wrapping_of(settings, name)))
    return 0, "\n".join(told)
