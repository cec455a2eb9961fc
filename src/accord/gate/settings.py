"""What the gate asks for: the table ``[check]`` of the baseline file, or ``[tool.accord.check]``.

The rules are written by people. They stand at the top of ``models/baseline.toml``, above what
`accord check --update` measures, or in ``pyproject.toml`` beside the settings of other tools.
"""

import re
import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from accord.compare import Target
from accord.errors import FormatError, InputError
from accord.files import read_text
from accord.model.recipe import fill
from accord.schema import Schema

BASELINE = Path("models", "baseline.toml")
PYPROJECT = "pyproject.toml"
UNITS = ("document", "paragraph")

_REQUIRED = re.compile(r"(?P<target>mention|relation)\.(?P<type>[^\s.]+)(\s*>=\s*(?P<least>\d+))?")


@dataclass(frozen=True, slots=True)
class SeedDeviation:
    """How much figures vary by the seed alone where nobody measured it; standard deviations.

    What five seeds of the joint model gave on CoNLL04: 0.004 for mentions, 0.015 for relations.
    """

    mention: float = 0.005
    relation: float = 0.015
    errors: float = 0.003

    def __post_init__(self) -> None:
        for value in (self.mention, self.relation, self.errors):
            if not 0 <= value < 1:
                raise ValueError(f"a deviation is at least 0 and below 1, not {value}")


@dataclass(frozen=True, slots=True)
class AgreementRule:
    """Limits for the agreement of two layers; `split` may be a pattern."""

    layers: tuple[str, ...]
    limits: tuple[str, ...]
    split: str = "*"

    def __post_init__(self) -> None:
        if len(self.layers) != 2:
            raise ValueError(f"layers names two layers, not {len(self.layers)}")


@dataclass(frozen=True, slots=True)
class Settings:
    """The ``[check]`` table. Either `model`, a folder under the root, or `layer` is judged.

    `unit` is what is drawn and exchanged: "document", or "paragraph" where there are too few
    documents for any test; a document's paragraphs hang together, so the answer is then about
    texts like these few. `p` bounds the chance that a check without any real loss fails, `warn`
    that it warns. `comparable` is the least share of the baseline's documents that must still be
    there with text and labels unchanged. `corpus`: any finding of `accord validate` fails.
    """

    model: str = ""
    layer: str = ""
    reference: str = "gold"
    split: str = "articles"
    unit: str = "document"
    rules: tuple[str, ...] = ()
    required: tuple[str, ...] = ()
    agreement: tuple[AgreementRule, ...] = ()
    corpus: bool = True
    comparable: float = 0.5
    p: float = 0.01
    warn: float = 0.1
    power: float = 0.8
    rounds: int = 10_000
    seed: int = 0
    seed_deviation: SeedDeviation = SeedDeviation()

    def __post_init__(self) -> None:
        if self.model and self.layer:
            raise ValueError("give model or layer, not both: one estimate is judged")
        if self.unit not in UNITS:
            raise ValueError(f"unit is one of {', '.join(UNITS)}, not {self.unit!r}")
        for name, value in (("p", self.p), ("warn", self.warn), ("power", self.power)):
            if not 0 < value < 1:
                raise ValueError(f"{name} lies between 0 and 1, not {value}")
        if not 0 <= self.comparable <= 1:
            raise ValueError(f"comparable is a share from 0 to 1, not {self.comparable}")
        if self.rounds < 1:
            raise ValueError(f"rounds must be at least 1, not {self.rounds}")


@dataclass(frozen=True, slots=True)
class Required:
    """A type of label that must occur `least` times in the reference, and be found at all."""

    target: Target
    type: str
    least: int

    def __str__(self) -> str:
        return f"{self.target}.{self.type} >= {self.least}"


def read_settings(root: Path, path: Path) -> Settings:
    """The settings of a project; defaults if nobody wrote any.

    Raises FormatError if a file is not TOML, or both files have a table, InputError for a wrong key
    or value in it.
    """
    own = _table(path, ("check",))
    pyproject = root / PYPROJECT
    shared = _table(pyproject, ("tool", "accord", "check"))
    if own is not None and shared is not None:
        raise FormatError(
            f"has [tool.accord.check], and {path} has [check]; keep one", path=pyproject
        )
    table, where = (own, path) if shared is None else (shared, pyproject)
    try:
        return fill(Settings, table or {}, "[check]" if shared is None else "[tool.accord.check]")
    except InputError as error:
        raise InputError(error.reason, path=where) from None


def in_pyproject(root: Path) -> bool:
    """Whether the settings stand in pyproject.toml."""
    return _table(root / PYPROJECT, ("tool", "accord", "check")) is not None


def parse_required(text: str, schema: Schema) -> Required:
    """Read "mention.PLEDGE" or "relation.pledges >= 20"; InputError for an unknown type."""
    match = _REQUIRED.fullmatch(text.strip())
    if match is None:
        raise InputError(
            f"not a required label: {text!r}; write TARGET.TYPE or TARGET.TYPE >= NUMBER, "
            "such as 'relation.pledges >= 20'"
        )
    target = Target(match["target"])
    types = schema.mentions if target is Target.MENTION else schema.relations
    if match["type"] not in types:
        raise InputError(
            f"required label {text!r}: the schema has no {target} type {match['type']!r}; "
            f"it has {', '.join(types)}"
        )
    return Required(target, match["type"], int(match["least"] or 1))


def _table(path: Path, keys: tuple[str, ...]) -> Mapping[str, Any] | None:
    if not path.exists():
        return None
    try:
        value: Any = tomllib.loads(read_text(path))
    except tomllib.TOMLDecodeError as error:
        raise FormatError(f"not valid TOML: {error}", path=path) from None
    for key in keys:
        value = value.get(key)
        if value is None:
            return None
        if not isinstance(value, dict):
            raise FormatError(f"{'.'.join(keys)} must be a table, not {value!r}", path=path)
    return dict(value)
