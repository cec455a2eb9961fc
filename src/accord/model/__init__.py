"""Models: trained on a corpus's layers, saved without pickle, and run over texts to give layers."""

from collections.abc import Iterable, Iterator, Mapping
from pathlib import Path
from typing import Any, Protocol

from accord.document import Document, Layer
from accord.model.folder import BASELINE, check_model
from accord.schema import Schema


class Extractor(Protocol):
    """What every kind of model can do."""

    @property
    def schema(self) -> Schema:
        """The label schema that it was trained with."""

    @property
    def record(self) -> Mapping[str, Any]:
        """What it was trained from; ``record["trained_on"]`` maps document ids to text hashes."""

    def extract(self, documents: Iterable[Document]) -> Iterator[Layer]:
        """A layer for each document, in order."""

    def save(self, folder: Path, *, config: bytes, schema: bytes) -> None:
        """Write the model folder, with the recipe and the schema file it was trained from."""


def load_model(folder: Path) -> Extractor:
    """Load a model folder of any kind; ModelError if it is incomplete, damaged or unknown."""
    if check_model(folder) is BASELINE:
        from accord.model.baseline import BaselineExtractor

        return BaselineExtractor.load(folder)
    raise NotImplementedError
