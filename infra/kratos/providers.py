"""Who else may say who somebody is: OpenID Connect providers of the embedded Kratos."""

from pathlib import Path
from typing import Any

from infra.settings import Provider

# What a provider says of a person becomes an identity here; vendored, not fetched.
MAPPER = Path(__file__).parent / "person.jsonnet"


def render_provider(provider: Provider, folder: Path) -> dict[str, Any]:
    """As Kratos' configuration has it; `folder` is where the mapper lies."""
    return {
        "id": provider.id,
        "provider": "generic",
        "label": provider.label,
        "issuer_url": provider.issuer,
        "client_id": provider.client_id,
        "client_secret": provider.client_secret.get_secret_value(),
        "scope": list(provider.scope),
        "mapper_url": f"file://{folder / MAPPER.name}",
    }
