"""python -m services: the whole platform on this machine."""

import sys

from services.supervisor.run import main

if __name__ == "__main__":
    sys.exit(main())
