"""Names in headers."""

import pytest

from services.storage.s3.escaping import attachment


@pytest.mark.parametrize(
    ("name", "plain", "encoded"),
    [
        ("europe.tif", "europe.tif", "europe.tif"),
        ("île 1.csv", "_le 1.csv", "%C3%AEle%201.csv"),
        ('a"b\\c%41', "a_b_c_41", "a%22b%5Cc%2541"),
        ("a\r\nx: y", "a__x: y", "a%0D%0Ax%3A%20y"),
        ("a/b;c", "a/b;c", "a%2Fb%3Bc"),
    ],
)
def test_saved_under_a_name(name: str, plain: str, encoded: str) -> None:
    said = f"attachment; filename=\"{plain}\"; filename*=UTF-8''{encoded}"
    assert attachment(name) == said
