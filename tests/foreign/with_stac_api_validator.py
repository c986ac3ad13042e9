"""stac-api-validator without a network: schemas come from what we keep, our own site from itself.

Arguments: the file of schemas, our site, and those of the validator.
"""

import json
import sys
from pathlib import Path
from typing import Any

from requests import PreparedRequest, Response
from requests.adapters import HTTPAdapter
from stac_api_validator.__main__ import main

SCHEMAS = json.loads(Path(sys.argv.pop(1)).read_bytes())
SITE = sys.argv.pop(1)
send = HTTPAdapter.send


def without_network(self: HTTPAdapter, request: PreparedRequest, **more: Any) -> Response:
    """An answer of our own site, or a schema; KeyError for everything else."""
    address = str(request.url)
    if address.startswith(SITE):
        return send(self, request, **more)
    answer = Response()
    answer.request, answer.url, answer.status_code = request, address, 200
    answer._content = json.dumps(SCHEMAS[address.partition("#")[0]]).encode()
    return answer


HTTPAdapter.send = without_network
main()
