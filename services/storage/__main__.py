"""`python -m services.storage` runs one process of storage."""

import gc
import sys

from services.storage.app import create_app
from shared.runtime import run

if __name__ == "__main__":
    app = create_app()
    # What is there now stays; a page of a listing alone makes thousands of objects that do not.
    gc.freeze()
    gc.set_threshold(20_000, 20, 50)
    sys.exit(run(app))
