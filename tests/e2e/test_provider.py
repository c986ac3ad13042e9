"""Signing in by another provider in a browser: the policy of our pages lets nobody be held back."""

from collections.abc import Iterator

import pytest

from tests.browser import started, window
from tests.edge import Edge, starting
from tests.provider import Provider, providing


@pytest.fixture(scope="module")
def provider() -> Iterator[Provider]:
    with providing() as provider:
        yield provider


@pytest.fixture(scope="module")
def edge(provider: Provider, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Edge]:
    """A platform with a button that leads to the provider."""
    settings = {
        "COOP_KRATOS__PROVIDERS": provider.setting,
        "COOP_SERVICES": "accounts,repositories,web",
    }
    with starting(tmp_path_factory.mktemp("provider") / "home", **settings) as edge:
        yield edge


@pytest.mark.parametrize(("script", "who"), [(True, "nora"), (False, "nils")])
async def test_the_button_leads_there_and_back(
    edge: Edge, provider: Provider, script: bool, who: str
) -> None:
    email = f"{who}@lab.example"
    provider.claims = {"sub": who, "email": email, "email_verified": True}
    async with (
        started() as browser,
        window(browser, base_url=edge.web, java_script_enabled=script) as page,
    ):
        await page.goto("/-/sign-in?return_to=/-/docs")
        await page.get_by_role("button", name="Continue with River Lab").click()
        await page.wait_for_url("**/-/welcome?return_to=/-/docs")
        await page.goto("/-/credentials")
        assert email in await page.content()
