"""Another key for what is sealed, in the place of the old one."""

from argparse import Namespace

from services.storage.blobs.back_ends import keeping_of, names_of_back_ends, wrapping_of
from services.storage.blobs.sealed.keys import rotate
from services.storage.settings import MAIN, ServiceSettings


async def rotate_sealing_key(settings: ServiceSettings, _: Namespace) -> tuple[int, str]:
    """No object is written anew, and what runs goes on with the key that it has opened."""
    places = {name: keeping_of(settings, name) for name in names_of_back_ends(settings)}
    # All of them are looked at first: one that is away is told before another's key is changed.
    sealed = [name for name, place in places.items() if await place.read() or name == MAIN]
    told = [await rotate(places[name], wrapping_of(settings, name)) for name in sealed]
    return 0, "\n".join(told)
