"""Creations sent again: an `Idempotency-Key` says that they are the same (Stripe's, and the IETF's
draft-ietf-httpapi-idempotency-key-header, §2)."""

import re
from typing import Annotated

from fastapi import Depends, Header, Request

from shared.errors import Invalid

# A string of RFC 8941 (§3.3.3), as the draft has it, or the same without its quotes.
FORM = r'^("[!#-\[\]-~]{1,255}"|[!#-\[\]-~]{1,255})$'
HEADER = "idempotency-key"
WRONG = (
    "Idempotency-Key is one key of 1 to 255 characters, such as a UUID: ASCII without spaces, "
    "quotes and backslashes, all of it in quotes or not."
)


async def idempotency_key(
    request: Request,
    idempotency_key: Annotated[
        str,
        Header(
            json_schema_extra={"pattern": FORM},
            description="Chosen by you, such as a UUID: sent again with it, the same request is "
            "done once and answered alike for as long as answers are kept here (a day, or what the "
            "operator sets); 409 where a key or a link that it made was revoked, 422 where it is "
            "another request",
        ),
    ] = "",
) -> str:
    """The key without its quotes; empty for none. Raises Invalid."""
    sent = request.headers.getlist(HEADER)
    if len(sent) > 1 or (sent and not re.fullmatch(FORM, idempotency_key)):
        raise Invalid(WRONG)
    return idempotency_key.strip('"')


IdempotencyKey = Annotated[str, Depends(idempotency_key)]
