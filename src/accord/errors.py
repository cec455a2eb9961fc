"""The errors that Accord raises, in one hierarchy.

AccordError
    InputError          a file or value of the user's is wrong; names file and line if known
        FormatError     a file does not follow its format
        SchemaError     a schema file is wrong, or labels break the schema
        ModelError      a model folder is incomplete, damaged or of another kind
    ConflictError       writing would overwrite somebody's work
    MissingExtraError   an optional dependency is not installed
"""

from pathlib import Path


class AccordError(Exception):
    """Base of every error that Accord raises on purpose; its text is meant for the user."""


class InputError(AccordError):
    """Something the user gave is wrong.

    The text reads ``file:line: reason``; `path` and `line` (from 1) are kept for programs.
    """

    def __init__(self, reason: str, *, path: Path | str | None = None, line: int | None = None):
        self.reason = reason
        self.path = None if path is None else Path(path)
        self.line = line
        place = "" if path is None else f"{path}: " if line is None else f"{path}:{line}: "
        super().__init__(place + reason)


class FormatError(InputError):
    """A file does not follow its format."""


class SchemaError(InputError):
    """A schema file is wrong, or labels break the schema."""


class ModelError(InputError):
    """A model folder is incomplete, damaged or of another kind."""


class ConflictError(AccordError):
    """Writing would overwrite somebody's work."""


class MissingExtraError(AccordError):
    """An optional dependency is not installed."""

    def __init__(self, package: str, extra: str):
        self.package = package
        self.extra = extra
        super().__init__(
            f"{package} is not installed; it comes with the extra {extra!r}: "
            f"pip install 'accord[{extra}]'"
        )
