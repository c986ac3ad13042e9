"""Pages as a browser without JavaScript reads them: their text, links, forms and facts."""

from dataclasses import dataclass, field
from html.parser import HTMLParser

VOID = {"area", "base", "br", "col", "hr", "img", "input", "link", "meta", "source", "use", "rect"}
SILENT = {"script", "style", "title", "svg"}
Attributes = dict[str, str]


@dataclass
class Form:
    """One form: its fields as they would be sent untouched, in their order."""

    attributes: Attributes
    fields: dict[str, str] = field(default_factory=dict)
    inputs: list[Attributes] = field(default_factory=list)
    buttons: list[Attributes] = field(default_factory=list)

    @property
    def action(self) -> str:
        """Where it is sent; empty means the page's own address."""
        return self.attributes.get("action", "")

    @property
    def method(self) -> str:
        """GET or POST."""
        return self.attributes.get("method", "get").upper()

    def named(self, kind: str) -> str:
        """The name of its one field of that type."""
        (name,) = (one["name"] for one in self.inputs if one.get("type", "text") == kind)
        return name


class Page(HTMLParser):
    """One page. `texts` are by element id, `facts` are the pairs of `<dt>` and `<dd>`.

    `hears` is where it listens for changes."""

    def __init__(self, html: str) -> None:
        super().__init__()
        self.html = html
        self.forms: list[Form] = []
        self.links: list[Attributes] = []
        self.heads: list[Attributes] = []
        self.headings: list[str] = []
        self.facts: list[tuple[str, str]] = []
        self.ids: list[str] = []
        self.scripts: list[Attributes] = []
        self.pictures: list[Attributes] = []
        self.hears = ""
        self.text = ""
        self._open: list[str] = []
        self._since: list[int] = []
        self._form: Form | None = None
        self._select = ""
        self.feed(html)
        self.text = " ".join(self.text.split())

    def form(self, action: str) -> Form:
        """The one form with an action that ends so."""
        (found,) = (one for one in self.forms if one.action.partition("?")[0].endswith(action))
        return found

    def link(self, end: str) -> str:
        """The address of the first link that ends so."""
        return next(one["href"] for one in self.links if one.get("href", "").endswith(end))

    @property
    def faults(self) -> list[str]:
        """The ids of the fields that are said to be wrong, above all forms."""
        return [one["href"][1:] for one in self.links if one.get("href", "").startswith("#")][1:]

    def fact(self, name: str) -> str:
        """The fact of that name."""
        return next(value for known, value in self.facts if known == name)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        attributes = {name: value or "" for name, value in attrs}
        if "id" in attributes:
            self.ids.append(attributes["id"])
        if tag not in VOID:
            self._open.append(tag)
            self._since.append(len(self.text))
        self._take(tag, attributes)

    def _take(self, tag: str, attributes: Attributes) -> None:
        match tag:
            case "main":
                self.hears = attributes.get("data-events", "")
            case "form":
                self._form = Form(attributes)
                self.forms.append(self._form)
            case "a":
                self.links.append(attributes)
            case "link":
                self.heads.append(attributes)
            case "script":
                self.scripts.append(attributes)
            case "img":
                self.pictures.append(attributes)
            case "input" | "button" | "textarea" | "select" | "option" if self._form is not None:
                self._take_field(tag, attributes, self._form)

    def _take_field(self, tag: str, attributes: Attributes, form: Form) -> None:
        name, kind = attributes.get("name", ""), attributes.get("type", "text")
        match tag:
            case "button":
                form.buttons.append(attributes)
            case "select":
                self._select = name
            case "option":
                if "selected" in attributes or self._select not in form.fields:
                    form.fields[self._select] = attributes.get("value", "")
            case _ if name:
                form.inputs.append(attributes)
                if kind not in {"radio", "checkbox"} or "checked" in attributes:
                    form.fields[name] = attributes.get("value", "")

    def handle_endtag(self, tag: str) -> None:
        if tag not in self._open:
            return
        while True:
            last, since = self._open.pop(), self._since.pop()
            if last == tag:
                break
        said = " ".join(self.text[since:].split())
        match tag:
            case "form":
                self._form = None
            case "h1":
                self.headings.append(said)
            case "dt":
                self.facts.append((said, ""))
            case "dd" if self.facts:
                self.facts[-1] = (self.facts[-1][0], said)

    def handle_data(self, data: str) -> None:
        if not SILENT & set(self._open):
            self.text += data

    def handle_startendtag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.handle_starttag(tag, attrs)
        if tag not in VOID:
            self.handle_endtag(tag)
