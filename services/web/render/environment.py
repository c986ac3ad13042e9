"""The Jinja environment: what every template may use."""

from pathlib import Path

from jinja2 import DictLoader, Environment, StrictUndefined, Template
from jinja2.environment import TemplateModule
from jinja2.runtime import Context

from services.web import addresses
from services.web.render import display
from services.web.render.notices import notices
from services.web.render.statics import Statics
from services.web.settings import ServiceSettings
from shared.licenses import licenses, parts_of_license

TEMPLATES = Path(__file__).parents[1] / "templates"
FILTERS = (
    *(display.size, display.number, display.counted, display.ago, display.exact, display.iso),
    *(display.shortened, display.initials, display.degrees, display.shown),
    *(display.data_formats, display.authors, display.days, parts_of_license),
)
ADDRESSES = (
    *(addresses.object_page, addresses.directory_page, addresses.about, addresses.data_url),
    *(addresses.collection_url, addresses.collection_id, addresses.avatar_url),
    addresses.thumbnail_url,
)


class Plain(Template):
    """A template whose macros see what all templates see, and nothing that one was given alone.

    Jinja looks anew at each import whether that is so, which is a tenth of a page's time.
    """

    def _get_default_module(self, ctx: Context | None = None) -> TemplateModule:  # noqa: ARG002
        return super()._get_default_module()


def create_environment(statics: Statics, settings: ServiceSettings) -> Environment:
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
    environment.template_class = Plain
    environment.filters |= {function.__name__: function for function in FILTERS}
    environment.globals |= {function.__name__: function for function in ADDRESSES}
    environment.globals |= {
        "static": statics.address,
        "years": display.years,
        "licenses": licenses(),
        "data_door": settings.storage.public_url.rstrip("/"),
        "public_url": settings.web.public_url.rstrip("/"),
        "mail_url": settings.web.mail_url,
        "notices": notices(display.days(settings.repositories.undelete_days)),
        "account_terms": settings.accounts,
        "repository_terms": settings.repositories,
    }
    return environment


def _sources() -> dict[str, str]:
    return {
        path.relative_to(TEMPLATES).as_posix(): path.read_text()
        for path in TEMPLATES.rglob("*.html")
    }
