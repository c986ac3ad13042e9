"""A table of all items of a collection, as it is kept."""

from datetime import datetime

from pydantic import BaseModel, ConfigDict


class Mirror(BaseModel):
    """`generation` is another whenever it is made anew; `stamp` is another when it ought to be."""

    model_config = ConfigDict(frozen=True)

    generation: str
    stamp: str
    size: int
    items: int
    made_at: datetime
