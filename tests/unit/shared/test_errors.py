"""Problems keep their family and words on the way over the bus."""

import pytest

from shared.errors import PROBLEMS, FieldError, Internal, Invalid, NotFound, Problem, ungrouped


@pytest.mark.parametrize("family", PROBLEMS.values())
def test_a_problem_is_the_same_after_the_bus(family: type[Problem]) -> None:
    sent = family("why it is so", errors=[FieldError(field="title", message="is missing")])
    got = Problem.from_dict(sent.to_dict())
    assert type(got) is family
    assert got.detail == "why it is so"
    assert got.errors == [{"field": "title", "message": "is missing"}]


def test_the_body_has_the_members_of_rfc_9457() -> None:
    assert NotFound("There is no such file.").to_dict() == {
        "type": "urn:coop:problem:not-found",
        "title": "There is nothing here",
        "status": 404,
        "detail": "There is no such file.",
    }


def test_without_a_detail_the_title_is_told() -> None:
    assert Invalid().detail == "The request is not valid"


def test_a_family_of_a_later_release_becomes_internal() -> None:
    assert type(Problem.from_dict({"type": "urn:coop:problem:teapot"})) is Internal


def test_one_of_a_kind_is_raised_in_place_of_its_group() -> None:
    first, other = NotFound("first"), NotFound("other")
    group = ExceptionGroup("", [ValueError(), ExceptionGroup("", [first]), other])
    with pytest.raises(NotFound) as raised, ungrouped(Problem):
        raise group
    assert raised.value is first
    with pytest.raises(ExceptionGroup), ungrouped(Problem):
        raise ExceptionGroup("", [ValueError()])
