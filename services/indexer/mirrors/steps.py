"""What the confined process does of it, message by message, and what it answers."""

from base64 import b64encode
from typing import Any

import orjson
import pyarrow as pa

from services.indexer.mirrors import CHANGED, DATA, END, LOOK, REFUSED
from services.indexer.mirrors.shape import Shape, TooVaried
from services.indexer.mirrors.table import TableWriter

TOO_VARIED = "Its items have too many different properties or assets for a table."
UNFIT = (pa.ArrowException, KeyError, TypeError, ValueError, AttributeError, OverflowError)


class Mirror:
    """One file in the making."""

    def __init__(self) -> None:
        self._shape = Shape()
        self._writer: TableWriter | None = None

    def step(self, name: str, raw: bytes) -> dict[str, Any]:
        """Takes items; answers with bytes of the file, or why there are none."""
        try:
            return {DATA: b64encode(self._taken(name, raw)).decode()}
        except TooVaried:
            return {REFUSED: TOO_VARIED}
        except UNFIT:
            # Items may be others than those that were looked at.
            return {CHANGED: True}

    def _taken(self, name: str, raw: bytes) -> bytes:
        if name == LOOK:
            self._shape.take(orjson.loads(raw))
            return b""
        if self._writer is None:
            self._shape.settle()
            self._writer = TableWriter(self._shape)
        return self._writer.end() if name == END else self._writer.add(orjson.loads(raw))
