"""Simulated pull requests, harmful and harmless, judged by the gate.

Each is judged by `accord.gate.judging.check` with the rules that `accord check --update` writes,
against the baseline of a project of its own draw, in which four further seeds were measured. A
pull request either leaves the committed model alone (what it plants is a fault in code) or brings a
model trained anew with another seed.
"""

import random
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, replace

from estimates import SOURCE, Project, Skill, drop_type, reverse, shift
from scipy.stats import binomtest

from accord.compare import Match
from accord.corpus import Corpus
from accord.document import Layer
from accord.gate.judging import Estimate, check
from accord.gate.measuring import default_rules, measure
from accord.gate.settings import Settings
from accord.gate.tally import DocumentTally, Tally, count, scores

#: Costs 4.7 points of strict mention F1 and 6.5 of relation F1, as half the text does (README.md).
HALF = Skill(mention=0.805, relation=0.785, false_mentions=12.5, false_relations=23.0)
#: Cost about 1.5 and 2.6 points of strict mention F1, about 2.7 and 4.1 of relation F1.
LITTLE_LESS = Skill(mention=0.841, relation=0.795, false_mentions=10.2, false_relations=22.35)
LESS = Skill(mention=0.827, relation=0.791, false_mentions=11.1, false_relations=22.6)


@dataclass(frozen=True)
class Pull:
    """One pull request: what it does to the labels of `trained` or of the committed model.

    `should` is what the gate makes of it: "fail", "warn" (or fail) or "pass".
    """

    name: str
    should: str
    retrained: bool
    change: Callable[[Mapping[str, Layer], Corpus, random.Random], Mapping[str, Layer]]
    skill: Skill | None = None
    added: bool = False


def _same(layers: Mapping[str, Layer], corpus: Corpus, rng: random.Random) -> Mapping[str, Layer]:
    return layers


def _dropped(
    layers: Mapping[str, Layer], corpus: Corpus, rng: random.Random
) -> Mapping[str, Layer]:
    return drop_type(layers, rng.choice(list(corpus.schema.mentions)))


def _shifted(
    layers: Mapping[str, Layer], corpus: Corpus, rng: random.Random
) -> Mapping[str, Layer]:
    return shift(layers, corpus.documents)


def _reversed(
    layers: Mapping[str, Layer], corpus: Corpus, rng: random.Random
) -> Mapping[str, Layer]:
    return reverse(layers, corpus.schema, 0.05, rng)


def _few_reversed(
    layers: Mapping[str, Layer], corpus: Corpus, rng: random.Random
) -> Mapping[str, Layer]:
    return reverse(layers, corpus.schema, 0.02, rng)


PULLS = (
    Pull("labels of one type dropped", "fail", False, _dropped),
    Pull("labels of one type dropped, retrained", "fail", True, _dropped),
    Pull("offsets shifted by one", "fail", False, _shifted),
    Pull("offsets shifted by one, retrained", "fail", True, _shifted),
    Pull("5% of relations reversed", "fail", False, _reversed),
    Pull("5% of relations reversed, retrained", "fail", True, _reversed),
    Pull("trained on half the text", "fail", True, _same, HALF),
    Pull("another seed", "pass", True, _same),
    Pull("no change", "pass", False, _same),
    Pull("documents added", "pass", False, _same, added=True),
    Pull("documents added, another seed", "pass", True, _same, added=True),
)

#: Real losses, but so near to the rules' deltas that no test over so little text can be sure.
MILD = (
    Pull("trained on a little less text", "warn", True, _same, LITTLE_LESS),
    Pull("trained on less text", "warn", True, _same, LESS),
    Pull("2% of relations reversed, retrained", "warn", True, _few_reversed),
)

_SUMS = {"fail": "all harmful", "warn": "all mildly harmful", "pass": "all harmless"}


@dataclass
class Rate:
    """How many pull requests of a kind were judged, failed, and only warned about."""

    pulls: int = 0
    failed: int = 0
    warned: int = 0


def simulate(
    corpus: Corpus,
    *,
    pulls: int,
    documents: int,
    projects: int,
    seed: int,
    kinds: tuple[Pull, ...] = PULLS,
    rounds: int = 10_000,
    listener: Callable[[Mapping[str, Rate]], None] = lambda rates: None,
) -> dict[str, Rate]:
    """Judge pull requests, the kinds in turn, and count what failed by kind.

    `listener` is told the rates so far after each.
    """
    rng = random.Random(seed)  # noqa: S311 - a draw, no secret
    rates = {kind.name: Rate() for kind in kinds}
    gates: dict[int, Gate] = {}
    for number in range(pulls):
        which = number * projects // pulls
        if which not in gates:
            gates = {which: Gate(corpus, documents, rng.randrange(1 << 30), rounds)}
        kind = kinds[number % len(kinds)]
        rate = rates[kind.name]
        failed, warned = gates[which].judge(kind, rng.randrange(1 << 30))
        rate.pulls += 1
        rate.failed += failed
        rate.warned += warned and not failed
        listener(rates)
    return rates


class Gate:
    """A project with its committed baseline, measured over five seeds."""

    def __init__(self, corpus: Corpus, documents: int, seed: int, rounds: int):
        rng = random.Random(seed)  # noqa: S311 - a draw, no secret
        ids = sorted(rng.sample(corpus.select("practice/*"), documents))
        self.corpus = corpus
        self.project = Project(corpus, ids, seed)
        # A tenth of the documents comes only with the pull requests that add some.
        self.known = tuple(i for i in ids if rng.random() >= 0.1)
        settings = Settings(layer=SOURCE, split="simulated", rounds=rounds, seed=seed % 1000)
        self.committed = self.project.training(rng.randrange(1 << 30))
        # Most pull requests leave most of the committed labels alone: these are counted once.
        self._counted = _count(corpus, ids, self.committed)
        runs = [self.project.training(rng.randrange(1 << 30)) for _ in range(4)]
        estimate = self._estimate(self.committed, self.known, settings)
        found = scores(estimate.tally, corpus.schema, ("gold", SOURCE))
        self.settings = replace(settings, rules=default_rules(found))
        self.baseline = measure(
            corpus,
            self.settings,
            estimate,
            [self._estimate(run, self.known, settings, "other") for run in runs],
        )

    def judge(self, kind: Pull, seed: int) -> tuple[bool, bool]:
        """Whether the check fails a pull request of this kind, and whether it warns."""
        rng = random.Random(seed)  # noqa: S311 - a draw, no secret
        layers: Mapping[str, Layer] = self.committed
        if kind.retrained:
            layers = self.project.training(rng.randrange(1 << 30), kind.skill)
        ids = self.project.ids if kind.added else self.known
        changed = kind.change(layers, self.corpus, rng)
        name = "retrained" if kind.retrained else "committed"
        estimate = self._estimate(changed, ids, self.settings, name)
        report = check(self.corpus, self.settings, estimate, self.baseline)
        return bool(report.failed), bool(report.warned)

    def _estimate(
        self,
        layers: Mapping[str, Layer],
        ids: tuple[str, ...],
        settings: Settings,
        identity: str = "committed",
    ) -> Estimate:
        chosen = {i: layers[i] for i in ids}
        changed = [i for i in ids if chosen[i] != self.committed[i]]
        tally: dict[str, DocumentTally] = {i: self._counted[i] for i in ids}
        if changed:
            tally |= _count(self.corpus, changed, chosen)
        return Estimate(SOURCE, identity, chosen, tally)


def _count(corpus: Corpus, ids: Iterable[str], layers: Mapping[str, Layer]) -> Tally:
    """Strict counts alone: the rules to begin with ask for no others."""
    return count(corpus, ids, "gold", layers, "document", (Match.STRICT,))


def table(rates: Mapping[str, Rate], kinds: tuple[Pull, ...] = PULLS) -> str:
    """The rates as a Markdown table, with one line for all that should come out alike.

    Harmless ones that bring another training have a line of their own: the others leave the
    committed counts alone, so that no test could be wrong about them.
    """
    lines = [
        "| pull request | should | judged | failed | rate, in % | 95% interval | warned |",
        "| --- | --- | --: | --: | --: | --: | --: |",
    ]
    for should, name in _SUMS.items():
        of_side = [kind for kind in kinds if kind.should == should]
        if not of_side:
            continue
        lines += [_row(kind.name, should, rates[kind.name]) for kind in of_side]
        if should == "pass":
            lines.append(_row(f"**{name}, retrained**", should, _sum(rates, of_side, True)))
        lines.append(_row(f"**{name}**", should, _sum(rates, of_side, False)))
    return "\n".join(lines)


def _sum(rates: Mapping[str, Rate], kinds: Iterable[Pull], retrained: bool) -> Rate:
    """The kinds' rates as one; with `retrained` only of those that bring another training."""
    total = Rate()
    for kind in kinds:
        if kind.retrained or not retrained:
            total.pulls += rates[kind.name].pulls
            total.failed += rates[kind.name].failed
            total.warned += rates[kind.name].warned
    return total


def _row(name: str, should: str, rate: Rate) -> str:
    """One line, with the exact (Clopper and Pearson 1934) interval of its rate."""
    cells = [name, should, str(rate.pulls), str(rate.failed), "–", "–", str(rate.warned)]
    if rate.pulls:
        low, high = binomtest(rate.failed, rate.pulls).proportion_ci(0.95, "exact")
        cells[4] = f"{100 * rate.failed / rate.pulls:.1f}"
        cells[5] = f"{100 * low:.1f} to {100 * high:.1f}"
    return f"| {' | '.join(cells)} |"
