"""`python -m services.web` runs one process of the edge."""

import sys

from services.web.app import create_app
from shared.runtime import run

if __name__ == "__main__":
    sys.exit(run(create_app()))
