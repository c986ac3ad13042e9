"""Who starts a backup waits for it, also after Ctrl-C."""

import os
import signal
import subprocess
import sys

from tests.embedded import ROOT

STARTS = """
import sys
from pathlib import Path
from services.supervisor.backup import _run
sys.exit(_run([sys.executable, "-c", sys.argv[1]], Path(".")))
"""
TIDIES_UP = """
import sys, time
try:
    print("begun", flush=True)
    time.sleep(60)
except KeyboardInterrupt:
    time.sleep(0.6)
    print("tidied up", flush=True)
    sys.exit(130)
"""


def test_ctrl_c_leaves_it_the_time_to_tidy_up() -> None:
    with subprocess.Popen(
        [sys.executable, "-c", STARTS, TIDIES_UP],
        cwd=ROOT,
        stdout=subprocess.PIPE,
        text=True,
        start_new_session=True,
    ) as process:
        assert process.stdout is not None
        assert process.stdout.readline() == "begun\n"
        # As a terminal does it: to all of them.
        os.killpg(process.pid, signal.SIGINT)
        assert process.stdout.read() == "tidied up\n"
    assert process.returncode == 130
