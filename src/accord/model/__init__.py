"""Models: trained on a corpus's layers, saved without pickle, and run over texts to give layers."""

from collections.abc import Iterable, Iterator, Mapping
from pathlib import Path
from typing import Any, Protocol

from accord.document import Document, Layer
from accord.model.folder import BASELINE, check_model
from accord.model.joint.calibrate import Calibration
from accord.schema import Schema


class Extractor(Protocol):
    """A model at work, of any kind."""

    @property
    def schema(self) -> Schema:
        """The label schema that it was trained with."""

    @property
    def record(self) -> Mapping[str, Any]:
        """What it was trained from; ``record["trained_on"]`` maps document ids to text hashes."""

    @property
    def source(self) -> str:
        """The source that its layers name."""

    def extract(self, documents: Iterable[Document]) -> Iterator[Layer]:
        """A layer for each document, in order."""


class Trained(Protocol):
    """A model fresh from training, of any kind."""

    def extractor(self) -> Extractor:
        """The model at work, without saving it."""

    def calibrated(self, calibration: Calibration) -> "Trained":
        """The same model with probabilities fitted on held-out text."""

    def save(
        self, folder: Path, *, config: bytes, schema: bytes, asked: Mapping[str, Any] | None = None
    ) -> None:
        """Write the model folder, with the recipe and the schema file it was trained from.

        `asked` is what else decided the training, such as the number of folds; it goes into the
        record.
        """


def load_model(folder: Path) -> Extractor:
    """Load a model folder of any kind; ModelError if it is incomplete, damaged or unknown."""
    if check_model(folder) is BASELINE:
        from accord.model.baseline import BaselineExtractor

        return BaselineExtractor.load(folder)
    from accord.model.joint.extractor import JointExtractor

    return JointExtractor.load(folder)
