"""The rules of the gate, one line each, in the spelling in which measures are printed.

::

    relation.strict.micro.f1 >= 0.70
    mention.boundary.PLEDGE.recall not_worse delta=0.02 p=0.05
    relation.direction.errors not_worse delta=0.005
    mention.strict.micro.f1 exact

A comparison is an absolute limit. ``not_worse`` tests for a loss beyond ``delta`` since the
baseline; ``p`` bounds the chance of a false alarm over all such rules together, see
`accord.gate.losses`; ``sd`` is how much the measure varies by the seed alone, where the baseline
does not know it. ``exact``: while the model is the committed one, byte for byte, all counts behind
the measure stay the same.

Beside measures there are shares of errors, ``TARGET.KIND.errors``: how many labels of the reference
are hit by an error of this kind (`accord.compare.Kind`: type, boundary, direction, label). They see
what an F1 drowns: models rarely turn a relation round, so a few more turned ones stand out.
"""

import operator
import re
from dataclasses import dataclass
from difflib import get_close_matches

from accord.compare import Kind, Match, Measure, Statistic, Target, parse_measure
from accord.errors import InputError
from accord.schema import Schema

ERROR_KINDS = {
    Target.MENTION: (Kind.TYPE, Kind.BOUNDARY),
    Target.RELATION: (Kind.TYPE, Kind.DIRECTION, Kind.LABEL, Kind.BOUNDARY),
}
SIGNS = {">=": operator.ge, ">": operator.gt, "<=": operator.le, "<": operator.lt}

_RULE = re.compile(r"(?P<measure>\S+)\s+(?P<kind>>=|<=|>|<|not_worse|exact)(?P<rest>(\s.*)?)")
_COMPACT = re.compile(r"([^\s<>=]+)(>=|<=|>|<)(\S+)")
_EXAMPLE = "such as 'relation.strict.micro.f1 not_worse delta=0.02'"


@dataclass(frozen=True, slots=True)
class ErrorShare:
    """Labels of the reference hit by one kind of error, as a share from 0 to 1: less is better."""

    target: Target
    kind: Kind

    def __str__(self) -> str:
        return f"{self.target}.{self.kind}.errors"

    @property
    def spared(self) -> Measure:
        """The share of labels without it, as a recall over counts by kind of error."""
        return Measure(self.target, Match.STRICT, str(self.kind), Statistic.RECALL)


@dataclass(frozen=True, slots=True)
class Limit:
    """An absolute limit: the figure over all documents of the split stays on one side of it."""

    measure: Measure | ErrorShare
    sign: str
    value: float

    def __str__(self) -> str:
        return f"{self.measure} {self.sign} {self.value:g}"

    def holds(self, value: float) -> bool:
        """Whether a figure is on the right side."""
        return bool(SIGNS[self.sign](value, self.value))


@dataclass(frozen=True, slots=True)
class NotWorse:
    """No loss beyond `delta`; None takes `p` and `sd` from the settings."""

    measure: Measure | ErrorShare
    delta: float = 0.0
    p: float | None = None
    sd: float | None = None

    def __str__(self) -> str:
        given = {"delta": self.delta or None, "p": self.p, "sd": self.sd}
        parts = [f"{name}={value:g}" for name, value in given.items() if value is not None]
        return " ".join([str(self.measure), "not_worse", *parts])


@dataclass(frozen=True, slots=True)
class Exact:
    """The counts behind a measure stay equal as long as the estimate is the committed one."""

    measure: Measure | ErrorShare

    def __str__(self) -> str:
        return f"{self.measure} exact"


Rule = Limit | NotWorse | Exact


def parse_rule(text: str, schema: Schema) -> Rule:
    """Read a rule; InputError that quotes it, names the wrong part and what may stand there."""
    match = _RULE.fullmatch(_COMPACT.sub(r"\1 \2 \3", text.strip(), count=1))
    if match is None:
        raise InputError(
            f"not a rule: {text!r}; a rule is MEASURE >= LIMIT, MEASURE not_worse [delta=X] [p=X] "
            f"[sd=X] or MEASURE exact, {_EXAMPLE}"
        )
    measure = _measure(match["measure"], schema)
    kind, rest = match["kind"], match["rest"].split()
    if kind == "exact":
        if rest:
            raise InputError(f"rule {text!r}: nothing follows 'exact', not {' '.join(rest)!r}")
        return Exact(measure)
    if kind == "not_worse":
        return NotWorse(measure, **_options(rest, text))
    if len(rest) != 1:
        raise InputError(f"rule {text!r}: one number follows {kind!r}, such as 0.7")
    return Limit(measure, kind, _number(rest[0], "the limit", text))


def _measure(text: str, schema: Schema) -> Measure | ErrorShare:
    parts = text.split(".")
    if len(parts) != 3 or parts[2] != "errors":
        return parse_measure(text, schema)
    known = {f"{t}.{k}.errors": ErrorShare(t, k) for t, kinds in ERROR_KINDS.items() for k in kinds}
    if text not in known:
        close = get_close_matches(text, known, n=1)
        hint = f"; did you mean {close[0]}?" if close else ""
        raise InputError(f"no such share of errors: {text!r}; there are {', '.join(known)}{hint}")
    return known[text]


def _options(words: list[str], text: str) -> dict[str, float]:
    found: dict[str, float] = {}
    for word in words:
        name, equals, value = word.partition("=")
        if name not in ("delta", "p", "sd") or not equals:
            raise InputError(
                f"rule {text!r}: after not_worse stand delta=X, p=X and sd=X, not {word!r}"
            )
        if name in found:
            raise InputError(f"rule {text!r}: {name} stands twice")
        found[name] = _number(value, name, text)
        if name == "p" and not 0 < found[name] < 1:
            raise InputError(f"rule {text!r}: p lies between 0 and 1, not {value}")
    return found


def _number(word: str, name: str, text: str) -> float:
    try:
        value = float(word)
    except ValueError:
        raise InputError(f"rule {text!r}: {name} is a number, not {word!r}") from None
    if not 0 <= value <= 1:
        raise InputError(
            f"rule {text!r}: {name} is a fraction from 0 to 1, not {word} (figures are not percent)"
        )
    return value
