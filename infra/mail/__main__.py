"""`python -m infra.mail` catches mail until it is stopped."""

import sys

from infra.mail.app import create_app
from shared.runtime import run

if __name__ == "__main__":
    sys.exit(run(create_app()))
