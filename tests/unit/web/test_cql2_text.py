"""CQL2 as text means what its JSON form says; what cannot be read is refused at its place."""

from typing import Any

import pytest
from hypothesis import given, seed, settings
from hypothesis import strategies as st

from services.web.stac_api.cql2_text import DEEPEST, LONGEST, read_text
from tests.effort import costing


def p(name: str) -> dict[str, str]:
    return {"property": name}


def op(name: str, *arguments: Any) -> dict[str, Any]:
    return {"op": name, "args": list(arguments)}


GEOMETRY = p("geometry")
SQUARE = {"type": "Polygon", "coordinates": [[[0, 0], [1, 0], [1, 1], [0, 0]]]}


@pytest.mark.parametrize(
    ("text", "expression"),
    [
        ("TRUE", True),
        ("is_new", p("is_new")),
        (" gsd<10 ", op("<", p("gsd"), 10)),
        ("eo:cloud_cover >= -1.5e1", op(">=", p("eo:cloud_cover"), -15)),
        ("\"a 'b\" <> 'it''s'", op("<>", p("a 'b"), "it's")),
        ("properties.a = b", op("=", p("properties.a"), p("b"))),
        ("a = TRUE", op("=", p("a"), True)),
        ("a BETWEEN 1 AND 2 AND b", op("and", op("between", p("a"), 1, 2), p("b"))),
        ("a not between 1 and 2", op("not", op("between", p("a"), 1, 2))),
        ("a IN ('x', 2)", op("in", p("a"), ["x", 2])),
        ("a NOT IN (1)", op("not", op("in", p("a"), [1]))),
        ("a LIKE '%x'", op("like", p("a"), "%x")),
        ("CASEI(a) LIKE casei('X')", op("like", op("casei", p("a")), op("casei", "X"))),
        ("a IS NULL", op("isNull", p("a"))),
        ("a IS NOT NULL", op("not", op("isNull", p("a")))),
        ("a OR b AND NOT c", op("or", p("a"), op("and", p("b"), op("not", p("c"))))),
        ("(a OR b) AND c", op("and", op("or", p("a"), p("b")), p("c"))),
        ("NOT NOT a", op("not", op("not", p("a")))),
        ("point = date", op("=", p("point"), p("date"))),
        (
            "datetime > TIMESTAMP('2020-01-01T00:00:00Z')",
            op(">", p("datetime"), {"timestamp": "2020-01-01T00:00:00Z"}),
        ),
        ("a = DATE('2020-01-01')", op("=", p("a"), {"date": "2020-01-01"})),
        (
            "T_DURING(datetime, INTERVAL('2020-01-01', '..'))",
            op("t_during", p("datetime"), {"interval": ["2020-01-01", ".."]}),
        ),
        ("A_OVERLAPS(a, ('x', 'y'))", op("a_overlaps", p("a"), ["x", "y"])),
        ("s_within(geometry, POLYGON((0 0, 1 0,1 1,0 0)))", op("s_within", GEOMETRY, SQUARE)),
        (
            "S_INTERSECTS(POINT Z (1 -2 3), geometry)",
            op("s_intersects", {"type": "Point", "coordinates": [1, -2, 3]}, GEOMETRY),
        ),
        (
            "S_DISJOINT(geometry, BBOX(1,2,3,4))",
            op("s_disjoint", GEOMETRY, {"bbox": [1, 2, 3, 4]}),
        ),
        (
            "S_TOUCHES(geometry, MULTIPOINT((0 1), 2 3))",
            op("s_touches", GEOMETRY, {"type": "MultiPoint", "coordinates": [[0, 1], [2, 3]]}),
        ),
        (
            "S_EQUALS(geometry, GEOMETRYCOLLECTION(POINT(0 1), LINESTRING(0 0, 1 1)))",
            op(
                "s_equals",
                GEOMETRY,
                {
                    "type": "GeometryCollection",
                    "geometries": [
                        {"type": "Point", "coordinates": [0, 1]},
                        {"type": "LineString", "coordinates": [[0, 0], [1, 1]]},
                    ],
                },
            ),
        ),
        (
            "S_CROSSES(geometry, MULTIPOLYGON(((0 0,1 0,1 1,0 0))))",
            op(
                "s_crosses",
                GEOMETRY,
                {"type": "MultiPolygon", "coordinates": [SQUARE["coordinates"]]},
            ),
        ),
    ],
)
def test_what_a_text_says(text: str, expression: Any) -> None:
    assert read_text(text) == expression


@pytest.mark.parametrize(
    "text",
    [
        *("", " ", "a =", "= 1", "a = 1 b", "a = 1)", "(a = 1", "a = 'x", 'a = "', "a == 1"),
        *("1", "'a'", "a NOT", "a NOT b", "a IS", "a IS NOT", "a IN ()", "a IN (1", "a IN 1"),
        *("a BETWEEN 1", "a BETWEEN 1 OR 2", "NOT", "AND", "a AND", "a + 1 = 2", "f(a) = 1"),
        *("a = --1", "a = 1e999", "a = 1x", "a = 1.2.3", "a; b", "a = \0", "casei(a)"),
        *("TIMESTAMP('a', 'b') = 1", "DATE(a) = 1", "INTERVAL('a') = 1", "S_WITHIN()"),
        *("s_within(geometry, POINT())", "s_within(geometry, POINT(1))"),
        *("s_within(geometry, POINT(1 2, 3 4))", "s_within(geometry, POINT(1 2 3 4))"),
        *("s_within(geometry, POLYGON(0 0, 1 1))", "s_within(geometry, POINT EMPTY)"),
        "s_within(geometry, GEOMETRYCOLLECTION(1))",
    ],
)
def test_what_cannot_be_read(text: str) -> None:
    with pytest.raises(ValueError, match=r"character|number|position|point"):
        read_text(text)


@pytest.mark.parametrize(
    "text",
    [
        "(" * 4_000,
        "(" * 2_000 + "a = 1" + ")" * 2_000,
        "NOT " * 2_000 + "a",
        "a = " + "-" * 8_000 + "1",
        "casei(" * 1_300,
        "S_WITHIN(geometry, " + "GEOMETRYCOLLECTION(" * 420,
        "A_EQUALS(a, " + "(" * 8_000,
        "a = '" + "'" * 8_000,
        "a" * (LONGEST + 1),
        "a AND " * 1_365,
    ],
)
def test_what_would_bring_others_down(text: str) -> None:
    with costing(), pytest.raises(ValueError, match=r"character|deeper"):
        read_text(text)


def test_what_is_as_deep_and_as_long_as_may_be() -> None:
    assert read_text("(" * DEEPEST + "a" + ")" * DEEPEST) == p("a")
    assert len(read_text(" OR ".join(["a"] * 1_600))["args"]) == 1_600
    assert read_text("a = '" + "(" * 4_000 + "'")["args"][1] == "(" * 4_000


NAMES = st.sampled_from(["a", "eo:cloud_cover", "b.c", "not", "a b", "é", "point"])
SCALARS = (
    st.text("ab'%_( é", max_size=5)
    | st.booleans()
    | st.floats(allow_nan=False, allow_infinity=False)
)
FIELDS = NAMES.map(p)
ORDERS = st.sampled_from(["=", "<>", "<", "<=", ">", ">="])
LEAVES = (
    st.builds(op, ORDERS, FIELDS, SCALARS | FIELDS)
    | st.builds(op, st.just("between"), FIELDS, SCALARS, SCALARS)
    | st.builds(op, st.just("in"), FIELDS, st.lists(SCALARS, min_size=1, max_size=3))
    | st.builds(op, st.just("like"), FIELDS, st.text("ab%'", max_size=4))
    | st.builds(op, st.just("isNull"), FIELDS)
)


def joined(name: str, parts: list[Any]) -> dict[str, Any]:
    return op(name, *parts)


EXPRESSIONS = st.recursive(
    LEAVES,
    lambda inner: (
        st.builds(op, st.just("not"), inner)
        | st.builds(joined, st.sampled_from(["and", "or"]), st.lists(inner, min_size=2, max_size=3))
    ),
    max_leaves=6,
)


def value(node: Any) -> str:
    if isinstance(node, dict):
        return f'"{node["property"]}"'
    if isinstance(node, str):
        return "'" + node.replace("'", "''") + "'"
    return str(node)


def written(node: dict[str, Any]) -> str:
    name, arguments = node["op"], node["args"]
    if name in {"and", "or"}:
        return f" {name} ".join(f"({written(one)})" for one in arguments)
    if name == "not":
        return f"NOT ({written(arguments[0])})"
    first = value(arguments[0])
    if name == "isNull":
        return f"{first} IS NULL"
    if name == "in":
        return f"{first} IN ({', '.join(map(value, arguments[1]))})"
    if name == "between":
        return f"{first} BETWEEN {value(arguments[1])} AND {value(arguments[2])}"
    return f"{first} {name.upper()} {value(arguments[1])}"


@seed(20261128)
@settings(max_examples=500, deadline=None)
@given(EXPRESSIONS)
def test_what_is_written_is_read(expression: dict[str, Any]) -> None:
    assert read_text(written(expression)) == expression
