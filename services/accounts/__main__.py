"""`python -m services.accounts` runs one process of accounts."""

import sys

from services.accounts.app import create_app
from shared.runtime import run

if __name__ == "__main__":
    sys.exit(run(create_app()))
