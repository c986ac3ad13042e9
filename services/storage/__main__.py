"""`python -m services.storage` runs one process of storage."""

import sys

from services.storage.app import create_app
from shared.runtime import run

if __name__ == "__main__":
    sys.exit(run(create_app()))
