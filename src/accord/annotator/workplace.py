"""What the parts of the annotator share: the corpus, the people, their stores, the model.

The parts that serve (suggestions, order of work, training, agreement, adjudication) each offer
``routes(workplace) -> list[Route]``; `accord.annotator.app` mounts them. Within a handler,
``request.state.person`` is the `Person` whose token came with the request, and any `AccordError`
that is raised becomes an answer ``{"error": ..., "hint": ...}`` (see `accord.annotator.app`).
A file ``page/NAME`` is served as ``/NAME``, and ``/`` is ``page/index.html``.

Handlers are ``async def``: the store is used from the event loop, and what takes long (a model)
runs in a thread. A thread reports through `Events.publish`, which may be called from any thread.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from secrets import token_hex
from typing import Protocol

from accord.annotator.events import Events
from accord.annotator.ghosts import Suggested
from accord.annotator.people import Person, check_layer_name
from accord.annotator.reading import Reading, read_layer, read_store
from accord.annotator.state import State
from accord.annotator.store import Store
from accord.annotator.texts import Texts
from accord.corpus.folder import ANNOTATIONS, corpus_schema
from accord.document import Document
from accord.errors import InputError
from accord.files import read_text
from accord.schema import Schema

__all__ = ["Order", "Suggested", "Suggestions", "Workplace", "open_workplace"]


class Suggestions(Protocol):
    """A model that suggests labels; the app asks, and journals what became of each suggestion."""

    @property
    def name(self) -> str:
        """The model's name, for people."""

    @property
    def hash(self) -> str:
        """The hash of the model's weights."""

    def of(self, document: Document) -> Suggested:
        """Its labels of a document; as slow as the model, kept for the next call."""

    def known(self, document: Document) -> Suggested | None:
        """The labels if they are at hand; never slow."""


class Order(Protocol):
    """An order of work: which document comes next, and why."""

    @property
    def name(self) -> str:
        """Short name, as in ``/api/next?order=NAME``."""

    @property
    def text(self) -> str:
        """One line for people."""

    def following(self, store: Store, after: str | None) -> tuple[str | None, str]:
        """Id of the next document to label after one (None when all are done), and why."""


@dataclass
class Workplace:
    """A corpus that people label.

    `suggest` is None while there is no model; `unread` says why it could not read a text, by
    `unread_key`; `orders` by name, the first is the default; `run` names this run of the server;
    `ending` is called when the server ends, before the journals are closed.
    """

    root: Path
    schema: Schema
    guidelines: str
    documents: Texts
    people: tuple[Person, ...]
    events: Events = field(default_factory=Events)
    suggest: Suggestions | None = None
    unread: dict[tuple[str, str, str], str] = field(default_factory=dict)
    orders: dict[str, Order] = field(default_factory=dict)
    stores: dict[str, Store] = field(default_factory=dict)
    ending: list[Callable[[], None]] = field(default_factory=list)
    run: str = field(default_factory=lambda: token_hex(4))

    def store(self, person: Person) -> Store:
        """The person's own layer, open for writing."""
        return self.stores[person.layer]

    def shared(self, layer: str) -> Store:
        """A layer that nobody owns, such as `gold`, open for writing; opened at the first call.

        Raises ConflictError if another program has it open, InputError if it is a person's.
        """
        if layer in {person.layer for person in self.people}:
            raise InputError(f"the layer {layer!r} is somebody's own; nobody else writes it")
        check_layer_name(layer)
        if layer not in self.stores:
            self.stores[layer] = Store(self.root, layer, self.schema, self.documents)
        return self.stores[layer]

    def layers(self) -> tuple[str, ...]:
        """Names of all layers on disk, sorted."""
        folders = (self.root / ANNOTATIONS).iterdir()
        return tuple(sorted(path.name for path in folders if path.is_dir()))

    def labels(self, layer: str) -> Mapping[str, State]:
        """Anybody's labels by document, as they are now: only documents that the layer has begun.

        Raises InputError if there is no such layer.
        """
        return self.reading(layer).states

    def reading(self, layer: str) -> Reading:
        """As `labels`, with what keeps other documents from being read."""
        if layer in self.stores:
            return read_store(self.stores[layer])
        return read_layer(self.root, layer, self.documents)

    def why_unread(self, document: Document) -> str | None:
        """Why the present model could not read a document; None if it could, or was not asked."""
        if self.suggest is None:
            return None
        return self.unread.get(unread_key(document, self.suggest))

    def close(self) -> None:
        """End every stream of events and all other work, and let go of every journal."""
        self.events.close()
        for end in self.ending:
            end()
        for store in self.stores.values():
            store.close()


def unread_key(document: Document, model: Suggestions) -> tuple[str, str, str]:
    """What a failure of a model is kept under: another text or another model is asked again."""
    return document.id, document.sha256, model.hash


def open_workplace(root: Path, people: Sequence[Person]) -> Workplace:
    """Open a corpus folder for people to label in, each in a layer of their own.

    Raises SchemaError or InputError if there is no corpus, and as `Store`.
    """
    schema = corpus_schema(root)
    documents = Texts(root)
    guidelines = root / ANNOTATIONS / "guidelines.md"
    workplace = Workplace(
        root,
        schema,
        read_text(guidelines) if guidelines.is_file() else "",
        documents,
        tuple(people),
    )
    try:
        for person in people:
            workplace.stores[person.layer] = Store(root, person.layer, schema, documents)
    except BaseException:
        workplace.close()
        raise
    return workplace
