"""READMEs: CommonMark with tables and formulas, made safe, its links pointing where they should.

Visitors write them, so nothing of theirs runs or loads from elsewhere: raw HTML is sanitised, and
pictures come from the data door alone; others become links.
"""

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise
from posixpath import normpath
from urllib.parse import unquote, urlsplit

import nh3
from markdown_it import MarkdownIt
from markdown_it.token import Token
from mdit_py_plugins.dollarmath import dollarmath_plugin
from mdit_py_plugins.front_matter import front_matter_plugin

from services.web.addresses import data_url, directory_page, object_page
from services.web.render.formulas import MATHML, MATHML_ATTRIBUTES, render_formula

TAGS = {
    *MATHML,
    *("h1", "h2", "h3", "h4", "h5", "h6", "p", "br", "hr", "blockquote", "pre", "code", "kbd"),
    *("ul", "ol", "li", "dl", "dt", "dd", "table", "thead", "tbody", "tr", "th", "td", "caption"),
    *("a", "img", "strong", "em", "b", "i", "s", "del", "ins", "sub", "sup", "mark", "abbr"),
    *("details", "summary", "figure", "figcaption", "q", "cite", "small", "span", "div"),
}
ATTRIBUTES = MATHML_ATTRIBUTES | {
    "a": {"href", "title"},
    "img": {"src", "alt", "title", "width", "height"},
    "ol": {"start"},
    "th": {"align", "colspan", "rowspan"},
    "td": {"align", "colspan", "rowspan"},
    "abbr": {"title"},
    "h1": {"id"},
    "h2": {"id"},
    "h3": {"id"},
    "h4": {"id"},
}
ALIGNED = {"text-align:left": "left", "text-align:center": "center", "text-align:right": "right"}
ID_PREFIX = "readme-"
TICKS = {"[ ] ": "\u2610 ", "[x] ": "\u2611 ", "[X] ": "\u2611 "}


@dataclass(frozen=True, slots=True)
class Beside:
    """What a README lies beside: its relative links start at `prefix`."""

    account_id: str
    repository_id: str
    prefix: str
    data_door: str


def _parser() -> MarkdownIt:
    markdown = MarkdownIt("commonmark", {"html": True, "linkify": True, "typographer": False})
    markdown.enable(["table", "strikethrough", "linkify"])
    markdown.use(front_matter_plugin)
    # A price stays a price: `$5 and $6` is no formula.
    markdown.use(dollarmath_plugin, allow_space=False, allow_digits=False, allow_labels=False)
    for name in ("math_inline", "math_inline_double", "math_block"):
        markdown.add_render_rule(name, _formula)
    return markdown


def _formula(_: object, tokens: Sequence[Token], place: int, *__: object) -> str:
    token = tokens[place]
    return render_formula(token.content, is_block=token.type != "math_inline")


def _slug(title: str) -> str:
    words = "".join(c if c.isalnum() else " " for c in title.lower()).split()
    return ID_PREFIX + "-".join(words)


PARSER = _parser()


def render_markdown(text: str, beside: Beside) -> str:
    """Safe HTML. The page's own h1 stands above it, so its headings go one level down."""
    tokens = PARSER.parse(text)
    # The plugins for both take minutes for a page of headings or of tasks.
    _name_headings(tokens)
    _tick(tokens)
    for token in tokens:
        _lower_heading(token)
        _align(token)
        for child in token.children or ():
            _point(child, beside)
    html = PARSER.renderer.render(tokens, PARSER.options, {})
    return _clean(html, beside)


def _clean(html: str, beside: Beside) -> str:
    def attribute(tag: str, name: str, value: str) -> str | None:
        if tag == "img" and name == "src" and not value.startswith(f"{beside.data_door}/"):
            return None
        return value

    return nh3.clean(
        html,
        tags=TAGS,
        attributes=ATTRIBUTES,
        attribute_filter=attribute,
        url_schemes={"http", "https", "mailto", "s3"},
        # Wide code and tables scroll, so they must be reachable without a pointer.
        set_tag_attribute_values={"pre": {"tabindex": "0"}, "table": {"tabindex": "0"}},
        link_rel="nofollow noopener noreferrer",
    )


def _name_headings(tokens: list[Token]) -> None:
    """So that links lead to them; of several that are called the same, all but one are counted."""
    said = Counter[str]()
    for opening, inline in pairwise(tokens):
        if opening.type == "heading_open" and opening.tag in {"h1", "h2", "h3", "h4"}:
            name = _slug("".join(child.content for child in inline.children or ()))
            opening.attrSet("id", f"{name}-{said[name]}" if said[name] else name)
            said[name] += 1


def _tick(tokens: list[Token]) -> None:
    """A list of tasks shows which are done."""
    for item, inline in zip(tokens, tokens[2:], strict=False):
        if item.type == "list_item_open" and inline.type == "inline" and inline.children:
            first = inline.children[0]
            first.content = TICKS.get(first.content[:4], first.content[:4]) + first.content[4:]


def _lower_heading(token: Token) -> None:
    if token.type in {"heading_open", "heading_close"} and token.tag in {"h1", "h2", "h3"}:
        token.tag = f"h{int(token.tag[1]) + 1}"


def _align(token: Token) -> None:
    """Column alignment as an attribute: the policy of the page refuses inline style."""
    if token.type in {"th_open", "td_open"} and (style := token.attrGet("style")):
        token.attrs.pop("style")
        token.attrSet("align", ALIGNED.get(str(style), "left"))


def _point(token: Token, beside: Beside) -> None:
    if token.type == "link_open":
        token.attrSet("href", _linked(str(token.attrGet("href") or ""), beside))
    elif token.type == "image":
        _picture(token, beside)


def _picture(token: Token, beside: Beside) -> None:
    """One of the repository's own is shown; a foreign one becomes a link with its words."""
    source = str(token.attrGet("src") or "")
    key = _relative_key(source, beside)
    if key:
        where = (beside.data_door, beside.account_id, beside.repository_id, key)
        token.attrSet("src", data_url(*where))
    elif not source.startswith(f"{beside.data_door}/"):
        token.type, token.tag, token.nesting = "html_inline", "", 0
        token.content = f'<a href="{_quoted(source)}">{_quoted(token.content or source)}</a>'


def _linked(href: str, beside: Beside) -> str:
    if href.startswith("#"):
        return "#" + _slug(href[1:])
    key = _relative_key(href, beside)
    if not key:
        return href
    page = directory_page if key.endswith("/") else object_page
    fragment = urlsplit(href).fragment
    return page(beside.account_id, beside.repository_id, key) + (f"#{fragment}" if fragment else "")


def _relative_key(href: str, beside: Beside) -> str:
    """The key a relative reference names, or nothing where it leads elsewhere."""
    try:
        parts = urlsplit(href)
    except ValueError:
        return ""
    if parts.scheme or parts.netloc or not parts.path:
        return ""
    path = unquote(parts.path)
    base = "" if path.startswith("/") else beside.prefix
    key = normpath("/" + base + path.lstrip("/")).lstrip("/")
    return f"{key}/" if path.endswith("/") and key else key


def _quoted(text: str) -> str:
    return nh3.clean_text(text)
