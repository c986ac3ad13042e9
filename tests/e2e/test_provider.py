"""Signing in by another provider in a browser: the policy of our pages lets nobody be held back."""

from pathlib import Path

import pytest

from tests.browser import started, window
from tests.edge import starting
from tests.provider import providing


@pytest.mark.parametrize("script", [True, False])
async def test_the_button_leads_there_and_back(tmp_path: Path, script: bool) -> None:
    with providing() as provider:
        settings = {
            "COOP_KRATOS__PROVIDERS": provider.setting,
            "COOP_SERVICES": "accounts,repositories,web",
        }
        provider.claims = {"sub": "nora", "email": "nora@lab.example", "email_verified": True}
        with starting(tmp_path / "home", **settings) as edge:
            async with (
                started() as browser,
                window(browser, base_url=edge.web, java_script_enabled=script) as page,
            ):
                await page.goto("/-/sign-in?return_to=/-/docs")
                await page.get_by_role("button", name="Continue with River Lab").click()
                await page.wait_for_url("**/-/welcome?return_to=/-/docs")
                await page.goto("/-/credentials")
                assert "nora@lab.example" in await page.content()
