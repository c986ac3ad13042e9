"""docs/permissions.md says what the policy says, of every action and many more than 15 personas."""

from infra.documents.__main__ import PERMISSIONS
from infra.documents.permissions import PERSONAS, permissions
from shared.policy import Action


def test_the_document_is_of_today() -> None:
    assert PERMISSIONS.read_text() == permissions(), (
        "run `make docs` and commit docs/permissions.md"
    )


def test_it_tells_of_every_action_and_persona() -> None:
    text = permissions()
    assert [one for one in Action if f"### {one.value}\n" not in text] == []
    assert len(PERSONAS) >= 15
    assert all(text.count(f"| {name} |") == len(Action) for name in PERSONAS)
