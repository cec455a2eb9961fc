"""The joint model at work: texts in, layers out, with onnxruntime and tokenizers alone."""

import tomllib
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import numpy as np
from tokenizers import Tokenizer

from accord.document import Document, Layer, Mention, Relation, Span
from accord.errors import ModelError
from accord.files import read_text
from accord.model.choice import choose
from accord.model.folder import CONFIG, SCHEMA, check_model, read_record
from accord.model.joint.calibrate import FLOOR, Calibration
from accord.model.joint.graphs import Graphs
from accord.model.joint.reading import Paragraph, Reader
from accord.model.joint.recipe import JointRecipe
from accord.model.joint.schema_table import SchemaTable
from accord.model.joint.words import Pieces, cut
from accord.model.recipe import fill
from accord.schema import Schema, read_schema

TOKENIZER = "tokenizer.json"
CALIBRATION = "calibration.json"

# Words that are read before their relations are scored and their layers handed out: enough for
# full batches of each length, few enough for memory.
_CHUNK = 8000


@dataclass(frozen=True)
class JointExtractor:
    """A loaded joint model. `record` tells what it was trained on; `source` names its layers.

    Its result for a document hangs on that document alone: not on the batch size, nor on what
    else is extracted with it.
    """

    schema: Schema
    recipe: JointRecipe
    reader: Reader
    pieces: Pieces
    calibration: Calibration
    record: Mapping[str, Any]
    source: str = "joint"

    @classmethod
    def load(cls, folder: Path | str, *, threads: int = 1, batch: int = 16) -> "JointExtractor":
        """Read a model folder; ModelError if a file is missing or damaged, or of another kind."""
        folder = Path(folder)
        if check_model(folder).kind != "joint":
            raise ModelError("is not a joint model", path=folder)
        recipe: JointRecipe = fill(JointRecipe, tomllib.loads(read_text(folder / CONFIG)), "config")
        schema = read_schema(folder / SCHEMA)
        network = recipe.network
        graphs = Graphs.load(folder, threads=threads, typed=network.typed > 0)
        return cls(
            schema,
            recipe,
            Reader(graphs, SchemaTable.of(schema), network, recipe.extraction, batch),
            Pieces(
                _tokenizer(folder / TOKENIZER),
                pieces=network.pieces,
                overlap=network.overlap,
            ),
            _calibration(folder / CALIBRATION),
            read_record(folder),
            source=folder.resolve().name,
        )

    def extract(
        self, documents: Iterable[Document | str], *, threshold: float | None = None
    ) -> Iterator[Layer]:
        """A layer for each document or text, in order, as soon as its part of the stream is read.

        A plain text's layer has its number in the stream as document id. `threshold` replaces the
        recipe's least probability of a relation.
        """
        least = self.recipe.extraction.threshold if threshold is None else threshold
        for document, paragraphs in self.analyse(documents):
            yield self._layer(document, paragraphs, least)

    def analyse(
        self, documents: Iterable[Document | str]
    ) -> Iterator[tuple[Document, list[Paragraph]]]:
        """Each document with its paragraphs as read: all marks, all relations above the floor."""
        memory: dict[int, list[Paragraph]] = {}
        waiting: list[_Waiting] = []
        unread: list[Paragraph] = []
        words = 0
        for number, given in enumerate(documents):
            document = given if isinstance(given, Document) else Document(str(number), given)
            entry = _Waiting(document)
            waiting.append(entry)
            for paragraph in self._paragraphs(number, document):
                entry.paragraphs.append(paragraph)
                unread.append(paragraph)
                words += len(paragraph.spans)
                if words >= _CHUNK:
                    self._read(unread, memory)
                    unread, words = [], 0
                    yield from _finished(waiting, memory)
            entry.whole = True
            if not unread:
                yield from _finished(waiting, memory)
        self._read(unread, memory)
        yield from _finished(waiting, memory)

    def _read(self, paragraphs: list[Paragraph], memory: dict[int, list[Paragraph]]) -> None:
        if paragraphs:
            self.reader.read(paragraphs, memory, floor=float(np.log(FLOOR / (1 - FLOOR))))

    def _paragraphs(self, number: int, document: Document) -> Iterator[Paragraph]:
        for index, place in enumerate(document.paragraphs):
            spans = cut(document.text, self.recipe.network.words, place)
            if spans:
                windows = self.pieces.windows([document[span] for span in spans])
                yield Paragraph(number, index, spans, windows)

    def _layer(self, document: Document, paragraphs: list[Paragraph], least: float) -> Layer:
        names: dict[tuple[int, int], str] = {}
        mentions: list[Mention] = []
        for paragraph in paragraphs:
            for index, mark in enumerate(paragraph.marks):
                name = f"T{len(mentions) + 1}"
                names[paragraph.number, index] = name
                span = Span(paragraph.spans[mark.first].start, paragraph.spans[mark.last - 1].end)
                chance = round(self.calibration.mention(mark.score), 4)
                type_name = self.reader.table.mentions[mark.kind - 1]
                mentions.append(Mention(name, span, type_name, score=chance))
        relations: list[Relation] = []
        for paragraph in paragraphs:
            here = [(h, (paragraph.number, t), k, odds) for h, t, k, odds in paragraph.relations]
            for head, tail, kind, odds in sorted([*here, *paragraph.back]):
                name = self.reader.table.relations[kind]
                chance = round(self.calibration.of(name)(odds), 4)
                if chance >= least:
                    relations.append(
                        Relation(
                            name,
                            names[paragraph.number, head],
                            names[tail],
                            id=f"R{len(relations) + 1}",
                            score=chance,
                        )
                    )
        layer = Layer(document.id, self.source, tuple(mentions), tuple(relations))
        return choose(layer, self.schema)


def _tokenizer(path: Path) -> Tokenizer:
    try:
        return Tokenizer.from_str(read_text(path))
    except Exception as error:  # the tokenizers library raises bare ones
        raise ModelError(f"not a tokenizer: {error}; train again", path=path) from None


def _calibration(path: Path) -> Calibration:
    try:
        return Calibration.from_json(read_text(path))
    except ModelError as error:
        raise ModelError(error.reason, path=path) from None


@dataclass
class _Waiting:
    document: Document
    paragraphs: list[Paragraph] = field(default_factory=list)
    whole: bool = False


def _finished(
    waiting: list[_Waiting], memory: dict[int, list[Paragraph]]
) -> Iterator[tuple[Document, list[Paragraph]]]:
    """Hand out, and forget, the documents that are read to their end."""
    while waiting and waiting[0].whole:
        entry = waiting.pop(0)
        for paragraph in entry.paragraphs:
            memory.pop(paragraph.document, None)
        yield entry.document, entry.paragraphs
