import pytest

from services.supervisor.child import describe_exit, wait_before


def test_a_child_that_keeps_dying_waits_longer_each_time_up_to_a_limit() -> None:
    assert [wait_before(deaths) for deaths in range(1, 9)] == [
        0.1, 0.2, 0.4, 0.8, 1.6, 3.2, 5.0, 5.0,
    ]  # fmt: skip
    assert wait_before(10_000) == 5.0


@pytest.mark.parametrize(
    ("code", "words"),
    [
        (0, "exit code 0"),
        (3, "exit code 3"),
        (-9, "killed by SIGKILL"),
        (-99, "killed by signal 99"),
    ],
)
def test_an_exit_is_told_in_words(code: int, words: str) -> None:
    assert describe_exit(code) == words
