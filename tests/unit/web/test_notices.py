"""What pages say after a redirect: one of ours, chosen by name."""

import ast
from pathlib import Path
from typing import get_args

from services.web.forms.accounts import ShutForm
from services.web.render.notices import NOTICES, notices, telling
from services.web.views import holdings, members, repository_states

VIEWS = Path(__file__).parents[3] / "services" / "web" / "views"


def test_an_address_with_and_without_a_query_says_it() -> None:
    assert telling("/noaa", "saved") == "/noaa?done=saved"
    assert telling("/noaa/mask?prefix=a", "saved") == "/noaa/mask?prefix=a&done=saved"
    assert telling("/noaa", "a&b=<c>") == "/noaa?done=a%26b%3D%3Cc%3E"


def test_how_long_something_can_be_undone_follows_the_setting() -> None:
    assert "have it back for 9 days" in notices("9 days")["repository-deleted"]


def test_every_name_that_a_view_gives_is_one_of_them() -> None:
    given = {
        call.args[1].value
        for path in VIEWS.glob("*.py")
        for call in ast.walk(ast.parse(path.read_text()))
        if isinstance(call, ast.Call) and isinstance(call.func, ast.Name)
        if call.func.id in {"see", "telling"} and len(call.args) == 2
        if isinstance(call.args[1], ast.Constant)
    }
    by_form = (repository_states.DONE, holdings.DONE)
    given |= {name for one in by_form for name in one.values()}
    given |= {doing.done for doing in members.DOING.values()}
    given |= {f"account-{do}d" for do in get_args(ShutForm.model_fields["do"].annotation)}
    assert len(given) > 25
    assert given <= NOTICES.keys()
