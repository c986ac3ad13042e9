"""python -m services: the whole platform on this machine; with words its backup or restore."""

import sys

from services.supervisor.run import main

if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
