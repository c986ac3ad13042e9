"""The far side of `library.py`: a library of others, asked a line of JSON at a time.

Runs in the foreign environment, so it knows nothing but the standard library.
"""

import json
import os
import sys
import traceback
from collections.abc import Callable
from typing import Any

Verb = Callable[..., Any]


def setting(name: str) -> str:
    """What the test says of the door, as Amazon's own clients read it."""
    return os.environ[name]  # noqa: TID251 -- given


def serve(*verbs: Verb) -> None:
    """Answer until nobody asks any more. A verb is asked by its function's name."""
    known = {verb.__name__.rstrip("_"): verb for verb in verbs}
    for line in sys.stdin:
        asked = json.loads(line)
        verb = known.get(asked.pop("verb"))
        print(json.dumps(answer(verb, asked)), flush=True)  # noqa: T201 -- its answer


def answer(verb: Verb | None, asked: dict[str, Any]) -> dict[str, Any]:
    """What came of it: an answer, an error, or that the library has no such thing."""
    if verb is None:
        return {"lacks": True}
    try:
        return {"answer": verb(**asked)}
    except Exception:  # noqa: BLE001 -- told to who asked
        return {"error": traceback.format_exc()}
