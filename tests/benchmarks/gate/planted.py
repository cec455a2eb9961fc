"""Simulated pull requests, harmful and harmless, judged by the gate.

Each is judged by `accord.gate.judging.check` with the rules that `accord check --update` writes,
against the baseline of a project of its own draw, in which four further seeds were measured. A
pull request either leaves the committed model alone (what it plants is a fault in code) or brings a
model trained anew with another seed.
"""

import random
from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace

from estimates import SOURCE, Project, Skill, drop_type, reverse, shift

from accord.corpus import Corpus
from accord.document import Layer
from accord.gate.judging import Estimate, check
from accord.gate.measuring import default_rules, measure
from accord.gate.settings import Settings
from accord.gate.tally import count, scores

#: What half the text is taken to cost: about 3 points of mention F1 and 9 of relation F1.
HALF = Skill(mention=0.83, relation=0.72, false_mentions=11.0, false_relations=26.0)


@dataclass(frozen=True)
class Pull:
    """One pull request: what it does to the labels of `trained` or of the committed model."""

    name: str
    harmful: bool
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


PULLS = (
    Pull("labels of one type dropped", True, False, _dropped),
    Pull("labels of one type dropped, retrained", True, True, _dropped),
    Pull("offsets shifted by one", True, False, _shifted),
    Pull("offsets shifted by one, retrained", True, True, _shifted),
    Pull("5% of relations reversed", True, False, _reversed),
    Pull("5% of relations reversed, retrained", True, True, _reversed),
    Pull("trained on half the text", True, True, _same, HALF),
    Pull("another seed", False, True, _same),
    Pull("no change", False, False, _same),
    Pull("documents added", False, False, _same, added=True),
    Pull("documents added, another seed", False, True, _same, added=True),
)


@dataclass
class Rate:
    """How many pull requests of a kind were judged, failed and warned about."""

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
) -> dict[str, Rate]:
    """Judge pull requests, the kinds in turn, and count what failed by kind."""
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
        return Estimate(
            SOURCE, identity, chosen, count(self.corpus, ids, "gold", chosen, "document")
        )


def table(rates: Mapping[str, Rate], kinds: tuple[Pull, ...] = PULLS) -> str:
    """The rates as a Markdown table, with one line for all harmful and all harmless ones."""
    lines = [
        "| pull request | should | judged | failed | rate |",
        "| --- | --- | --: | --: | --: |",
    ]
    for harmful, should, name in ((True, "fail", "all harmful"), (False, "pass", "all harmless")):
        total = Rate()
        for kind in kinds:
            if kind.harmful is harmful:
                rate = rates[kind.name]
                total.pulls += rate.pulls
                total.failed += rate.failed
                lines.append(_row(kind.name, should, rate))
        lines.append(_row(f"**{name}**", should, total))
    return "\n".join(lines)


def _row(name: str, should: str, rate: Rate) -> str:
    share = f"{100 * rate.failed / rate.pulls:.1f}%" if rate.pulls else "–"
    return f"| {name} | {should} | {rate.pulls} | {rate.failed} | {share} |"
