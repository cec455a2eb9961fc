"""A strict reader of the report's HTML: balanced tags, and the text of its parts."""

from html.parser import HTMLParser

VOID = {"br", "col", "hr", "img", "input", "link", "meta", "wbr"}


class Page(HTMLParser):
    """Reads a page; `errors` are unbalanced tags, attributes given twice and ids used twice."""

    def __init__(self, html: str):
        super().__init__(convert_charrefs=True)
        self.errors: list[str] = []
        self.tags: list[tuple[str, dict[str, str]]] = []
        self.texts: list[str] = []
        """What each ``<p class="text">`` says, markup left out."""
        self.cells: list[str] = []
        """What each data cell says, white space made one."""
        self.words: list[str] = []
        self._stack: list[tuple[str, str]] = []
        self.feed(html)
        self.close()
        self.errors += [f"never closed: {name}" for name, _ in self._stack]
        ids = [attributes["id"] for _, attributes in self.tags if "id" in attributes]
        self.errors += [f"id twice: {i}" for i in set(ids) if ids.count(i) > 1]

    @property
    def words_text(self) -> str:
        """All text that is shown or read out, without the style sheet."""
        return " ".join(" ".join(self.words).split())

    def all(self, tag: str) -> list[dict[str, str]]:
        return [attributes for name, attributes in self.tags if name == tag]

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        attributes = {name: value or "" for name, value in attrs}
        if len(attributes) != len(attrs):
            self.errors.append(f"attribute twice: {tag} {attrs}")
        self.tags.append((tag, attributes))
        if tag == "p" and attributes.get("class") == "text":
            self.texts.append("")
        if tag == "td":
            self.cells.append("")
        if tag not in VOID:
            self._stack.append((tag, attributes.get("class", "")))

    def handle_endtag(self, tag: str) -> None:
        if not self._stack or self._stack[-1][0] != tag:
            self.errors.append(f"</{tag}> at {self.getpos()} closes {self._stack[-1:]}")
        else:
            self._stack.pop()

    def handle_data(self, data: str) -> None:
        if self._stack and self._stack[-1][0] == "style":
            return
        self.words.append(data)
        if ("p", "text") in self._stack:
            self.texts[-1] += data
        if any(name == "td" for name, _ in self._stack):
            self.cells[-1] = " ".join(f"{self.cells[-1]} {data}".split())
