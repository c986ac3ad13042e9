"""`python -m services.repositories` runs one process of repositories."""

import sys

from services.repositories.app import create_app
from shared.runtime import run

if __name__ == "__main__":
    sys.exit(run(create_app()))
