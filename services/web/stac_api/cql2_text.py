"""CQL2 as people write it, read into its JSON form (OGC 21-065r2, annex B).

Arithmetic and functions of one's own are not offered, so that what is left has one simple grammar.
"""

import re
from collections.abc import Callable
from math import isfinite
from typing import Any, NamedTuple

from services.web.stac_api.wkt import DEPTHS, geometry_of

LONGEST, DEEPEST = 8 * 1024, 64
TOKEN = re.compile(
    r"""\s*(?:
        (?P<number>[+-]?(?:\d+\.?\d*|\.\d+)(?:e[+-]?\d+)?(?![\w.]))
      | (?P<text>'(?:[^']|'')*')
      | (?P<quoted>"[^"]+")
      | (?P<name>[^\W\d][\w:.]*)
      | (?P<sign><=|>=|<>|[=<>(),])
      | (?P<end>\Z)
    )""",
    re.VERBOSE | re.IGNORECASE | re.ASCII,
)
ORDERS = ("=", "<>", "<", "<=", ">", ">=")
RELATIONS = re.compile(r"[sta]_[a-z]+")
RESERVED = frozenset({"and", "or", "not", "between", "in", "like", "is", "null"})
TRUTHS = {"true": True, "false": False}


class Token(NamedTuple):
    """A piece of the text, and where it is."""

    kind: str
    text: str
    place: int

    @property
    def word(self) -> str:
        """As keywords are compared; nothing that is quoted is one."""
        return self.text.lower() if self.kind in {"name", "sign"} else ""


def read_text(text: str) -> Any:  # noqa: ANN401 (an object, or a truth value)
    """The expression. ValueError says where it cannot be read on."""
    if len(text) > LONGEST:
        raise ValueError(f"has more than {LONGEST:,} characters; send it as cql2-json")
    return Reader(text).whole()


def _tokens(text: str) -> list[Token]:
    tokens: list[Token] = []
    place = 0
    while not tokens or tokens[-1].kind != "end":
        found = TOKEN.match(text, place)
        if found is None or found.lastgroup is None:
            raise ValueError(f"cannot be read from character {place + 1} on")
        tokens.append(Token(found.lastgroup, found[found.lastgroup], found.start(found.lastgroup)))
        place = found.end()
    return tokens


class Reader:
    """Goes through the tokens once; each method reads what it is named after."""

    def __init__(self, text: str) -> None:
        self._tokens = _tokens(text)
        self._next = 0
        self._depth = 0

    def whole(self) -> Any:  # noqa: ANN401
        """All of the text."""
        expression = self._either()
        if self.token.kind != "end":
            raise self.fault("a comparison, and, or, or the end")
        return expression

    @property
    def token(self) -> Token:
        """The one that is not read yet."""
        return self._tokens[self._next]

    def take(self) -> Token:
        """It, and go on."""
        token = self.token
        self._next += token.kind != "end"
        return token

    def meets(self, *words: str) -> bool:
        """Whether these follow; they are read then."""
        following = self._tokens[self._next : self._next + len(words)]
        if [one.word for one in following] != list(words):
            return False
        self._next += len(words)
        return True

    def expect(self, word: str) -> None:
        """These must follow."""
        if not self.meets(word):
            raise self.fault(word)

    def fault(self, expected: str) -> ValueError:
        """What is said where something else follows."""
        found = f"“{self.token.text[:20]}”" if self.token.text else "the end"
        return ValueError(f"has {found} at character {self.token.place + 1}, not {expected}")

    def listed(self, read: Callable[[], Any]) -> list[Any]:
        """Some between parentheses, with commas."""
        self.expect("(")
        found = [self.deeper(read)]
        while self.meets(","):
            found.append(self.deeper(read))
        self.expect(")")
        return found

    def deeper(self, read: Callable[[], Any]) -> Any:  # noqa: ANN401
        """One level down."""
        self._depth += 1
        if self._depth > DEEPEST:
            raise ValueError(f"is nested deeper than {DEEPEST} levels")
        found = read()
        self._depth -= 1
        return found

    def _either(self) -> Any:  # noqa: ANN401
        return self._joined("or", lambda: self._joined("and", self._negated))

    def _joined(self, word: str, read: Callable[[], Any]) -> Any:  # noqa: ANN401
        parts = [read()]
        while self.meets(word):
            parts.append(read())
        return parts[0] if len(parts) == 1 else _said(word, *parts)

    def _negated(self) -> Any:  # noqa: ANN401
        if self.meets("not"):
            return _said("not", self.deeper(self._negated))
        if self.meets("("):
            inner = self.deeper(self._either)
            self.expect(")")
            return inner
        return self._predicate()

    def _predicate(self) -> Any:  # noqa: ANN401
        if RELATIONS.fullmatch(self.token.word) and self._tokens[self._next + 1].text == "(":
            return _said(self.take().word, *self.listed(self._argument))
        first = self.operand()
        if self.token.word in ORDERS:
            return _said(self.take().word, first, self.operand())
        if self.meets("is", "not", "null"):
            return _said("not", _said("isNull", first))
        if self.meets("is", "null"):
            return _said("isNull", first)
        is_not = self.meets("not")
        expression = self._compared(first, is_not=is_not)
        return _said("not", expression) if is_not else expression

    def _compared(self, first: Any, *, is_not: bool) -> Any:  # noqa: ANN401
        if self.meets("between"):
            low = self.operand()
            self.expect("and")
            return _said("between", first, low, self.operand())
        if self.meets("in"):
            return _said("in", first, self.listed(self.operand))
        if self.meets("like"):
            return _said("like", first, self.operand())
        if is_not or not (isinstance(first, bool) or "property" in _members(first)):
            raise self.fault("between, in or like" if is_not else "a comparison")
        return first

    def _argument(self) -> Any:  # noqa: ANN401
        return self.listed(self.operand) if self.token.text == "(" else self.operand()

    def operand(self) -> Any:  # noqa: ANN401
        """A property, a number, a text, a time, a shape."""
        token = self.token
        if token.kind in LITERALS:
            return LITERALS[token.kind](self.take().text)
        if token.kind != "name" or token.word in RESERVED:
            raise self.fault("a property or a value")
        if token.word in TRUTHS:
            return TRUTHS[self.take().word]
        is_call = self._tokens[self._next + 1].word in {"(", "z"}
        if is_call and (token.word in DEPTHS or token.word in CALLS):
            return self.deeper(lambda: self._call(self.take().word))
        return {"property": self.take().text}

    def _call(self, name: str) -> Any:  # noqa: ANN401
        return CALLS[name](self) if name in CALLS else geometry_of(self, name)

    def texts(self, count: int) -> list[str]:
        """So many, between parentheses."""
        found = self.listed(self.operand)
        if len(found) != count or not all(isinstance(one, str) for one in found):
            raise self.fault(f"{count} texts between parentheses before it")
        return found


def _number(text: str) -> float:
    number = float(text)
    if not isfinite(number):
        raise ValueError("has a number that is too large")
    return number


def _said(name: str, *arguments: Any) -> dict[str, Any]:  # noqa: ANN401
    return {"op": name, "args": list(arguments)}


def _members(value: object) -> dict[str, Any]:
    return value if isinstance(value, dict) else {}


LITERALS: dict[str, Callable[[str], Any]] = {
    "number": _number,
    "text": lambda text: text[1:-1].replace("''", "'"),
    "quoted": lambda text: {"property": text[1:-1]},
}
CALLS: dict[str, Callable[[Reader], Any]] = {
    "casei": lambda reader: _said("casei", *reader.listed(reader.operand)),
    "accenti": lambda reader: _said("accenti", *reader.listed(reader.operand)),
    "timestamp": lambda reader: {"timestamp": reader.texts(1)[0]},
    "date": lambda reader: {"date": reader.texts(1)[0]},
    "interval": lambda reader: {"interval": reader.texts(2)},
    "bbox": lambda reader: {"bbox": reader.listed(reader.operand)},
}
