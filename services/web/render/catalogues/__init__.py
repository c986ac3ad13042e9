"""A repository in the words of catalogues: a module for each vocabulary, chosen by a name."""

from collections.abc import Callable
from typing import NamedTuple

from services.web.render.catalogues import croissant, datacite, dcat, schema_org
from services.web.render.catalogues.dataset import Dataset

JSON_LD = "application/ld+json"


class Form(NamedTuple):
    """One way to tell of a dataset, with its media type and what people call it."""

    media_type: str
    label: str
    write: Callable[[Dataset], bytes]


FORMS: dict[str, Form] = {
    "schema-org.jsonld": Form(JSON_LD, "schema.org", schema_org.write),
    "croissant.json": Form(JSON_LD, "Croissant", croissant.write),
    "datacite.json": Form(
        "application/vnd.datacite.datacite+json", "DataCite JSON", datacite.write
    ),
    "datacite.xml": Form(
        "application/vnd.datacite.datacite+xml", "DataCite XML", datacite.write_xml
    ),
    "dcat.jsonld": Form(JSON_LD, "DCAT-AP", dcat.write),
}
