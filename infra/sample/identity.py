"""The sample person's identity in Kratos, made through its admin API."""

import httpx

from infra.sample.credentials import NAME, SampleAccount

TIMEOUT_SECONDS = 15.0


async def ensure_identity(admin_url: str, person: SampleAccount) -> str:
    """The id of the person's identity, which is made if there is none."""
    async with httpx.AsyncClient(base_url=admin_url, timeout=TIMEOUT_SECONDS) as client:
        made = await client.post("/admin/identities", json=_identity(person))
        if made.status_code == httpx.codes.CONFLICT:
            return await _present(client, person)
        made.raise_for_status()
        return str(made.json()["id"])


async def _present(client: httpx.AsyncClient, person: SampleAccount) -> str:
    found = await client.get("/admin/identities", params={"credentials_identifier": person.email})
    found.raise_for_status()
    return str(found.json()[0]["id"])


def _identity(person: SampleAccount) -> dict[str, object]:
    return {
        "schema_id": "person",
        "traits": {"email": person.email, "name": NAME},
        "credentials": {"password": {"config": {"password": person.password}}},
        "verifiable_addresses": [
            {"value": person.email, "via": "email", "verified": True, "status": "completed"}
        ],
    }
