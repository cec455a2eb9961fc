"""A corpus of invented texts, the annotator serving it, and a browser's page signed in to it."""

import re
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path

from app_server import AppServer

from accord.annotator.people import people
from accord.annotator.workplace import Suggested, Workplace, open_workplace
from accord.corpus.validate import record_checksums
from accord.document import Document, Layer
from accord.files import write_text

SCHEMA = """\
name = "small"
version = "1"
[mention.ORG]
text = "named organisation"
[mention.GPE]
text = "named place"
[mention.ALLIANCE]
[mention.PLEDGE]
[mention.MONEY]
[mention.GROUP]

[relation.member_of]
head = ["ORG", "GPE", "GROUP"]
tail = ["ALLIANCE"]
[relation.leads]
head = ["ORG", "GPE"]
tail = ["ALLIANCE"]
[relation.pledges]
head = ["ORG", "GPE"]
tail = ["PLEDGE"]
[relation.amount]
head = ["PLEDGE"]
tail = ["MONEY"]
[relation.based_in]
head = ["ORG", "GROUP"]
tail = ["GPE"]
[relation.same_as]
head = ["ORG", "GPE", "ALLIANCE"]
tail = ["ORG", "GPE", "ALLIANCE"]
symmetric = true
across_paragraphs = true
same_type = true
"""

HARBOUR = Document(
    "news/harbour",
    "Avon Steel and Brill Bank join the Coast Pact with Kenya.\n\n"
    "Avon Steel pledged $5 million over two years. Six Kenyan firms gave more.\n",
)
MARKUP = Document(
    "news/markup",
    '<script>window.hacked = 1</script> Avon & <img src=x onerror="window.hacked=1"> Brill.\n',
)
SCRIPTS = Document(
    "news/scripts",
    "🌊 Corvo 👩‍👩‍👧 met Zoe\u0301 in Accra.\r\n\r\n"
    "اتفقت شركة أفون مع بنك بريل.\r\n\r\n"
    "東京電力は連合に参加した。\r\n",
)
EMPTY = Document("news/zero", "")
DOCUMENTS = (HARBOUR, MARKUP, SCRIPTS, EMPTY)


@dataclass
class Told:
    """A model that suggests what it is told."""

    layers: dict[str, Layer] = field(default_factory=dict)
    name: str = "told"
    hash: str = "0123"

    def of(self, document: Document) -> Suggested:
        layer = self.layers.get(document.id, Layer(document.id, "told"))
        return Suggested(layer, self.name, self.hash)

    known = of


def write_corpus(root: Path, documents=DOCUMENTS) -> None:
    write_text(root / "annotations" / "schema.toml", SCHEMA)
    write_text(
        root / "annotations" / "guidelines.md", "# Rules\n\nMark **names**.\n\n- <b>not bold</b>\n"
    )
    for document in documents:
        write_text(root / "corpus" / f"{document.id}.txt", document.text)
    record_checksums(root)


class Served:
    """The annotator for "anna" on a folder; it can be stopped and started again on its port."""

    def __init__(self, root: Path, suggest: Told | None = None):
        self.root = root
        self.suggest = suggest
        self.port = 0
        self.workplace: Workplace | None = None
        self.start()

    def start(self) -> None:
        persons = people(self.root, ["anna"], self.root / "state")
        self.workplace = open_workplace(self.root, persons)
        self.workplace.suggest = self.suggest
        self._server = AppServer(self.workplace, self.port)
        self.port = self._server.port

    def stop(self) -> None:
        self._server.stop()
        self.workplace.close()

    @property
    def home(self) -> str:
        return f"http://127.0.0.1:{self.port}/"

    @property
    def token(self) -> str:
        return self.workplace.people[0].token

    def labels(self, document: Document = HARBOUR):
        """Marks as (words, type) and relations as (head, type, tail), as the server has them."""
        state = self.workplace.labels("anna")[document.id]
        words = {m.id: document[m.span] for m in state.mentions}
        marks = [(words[m.id], m.type) for m in state.mentions]
        return marks, [(words[r.head], r.type, words[r.tail]) for r in state.relations]

    def state(self, document: Document = HARBOUR):
        return self.workplace.labels("anna")[document.id]


@contextmanager
def served(root: Path, suggest: Told | None = None, documents=DOCUMENTS) -> Iterator[Served]:
    write_corpus(root, documents)
    running = Served(root, suggest)
    try:
        yield running
    finally:
        running.stop()


def all_saved(page) -> None:
    """Waits until the page says that everything is on disk, and has drawn it.

    A locator, as the page's policy forbids the evaluation that waiting for a function needs.
    """
    # On a busy machine a key may still be on its way, and "Saved" be said of what was before it.
    page.evaluate("new Promise((done) => setTimeout(done))")
    page.locator("#saved", has_text=re.compile("^Saved$")).wait_for()
    # Text and arrows are drawn once a frame: the next one has what was answered.
    page.evaluate("new Promise((done) => requestAnimationFrame(() => requestAnimationFrame(done)))")
