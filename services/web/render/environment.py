"""The Jinja environment: what every template may use."""

from pathlib import Path

from jinja2 import DictLoader, Environment, StrictUndefined

from services.web import addresses
from services.web.render import display
from services.web.render.statics import Statics
from shared.licenses import licenses, parts_of_license

TEMPLATES = Path(__file__).parents[1] / "templates"
FILTERS = (
    *(display.size, display.number, display.counted, display.ago, display.exact, display.iso),
    *(display.shortened, display.initials, display.degrees, display.shown),
    *(display.data_formats, display.authors, parts_of_license),
)
ADDRESSES = (
    *(addresses.object_page, addresses.directory_page, addresses.about, addresses.data_url),
    *(addresses.collection_url, addresses.collection_id, addresses.avatar_url),
)


def create_environment(
    statics: Statics, *, data_door: str, public_url: str, mail_url: str = ""
) -> Environment:
    """Escapes everything, knows no undefined name, and reads no file after the start.

    A template is compiled when it is first shown: all of them would take a start half a second.
    """
    environment = Environment(
        loader=DictLoader(_sources()),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
        auto_reload=False,
        cache_size=-1,
    )
    environment.filters |= {function.__name__: function for function in FILTERS}
    environment.globals |= {function.__name__: function for function in ADDRESSES}
    environment.globals |= {
        "static": statics.address,
        "years": display.years,
        "licenses": licenses(),
        "data_door": data_door,
        "public_url": public_url,
        "mail_url": mail_url,
    }
    return environment


def _sources() -> dict[str, str]:
    return {
        path.relative_to(TEMPLATES).as_posix(): path.read_text()
        for path in TEMPLATES.rglob("*.html")
    }
