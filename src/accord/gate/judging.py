"""The check itself: rules, an estimate's tally and the committed one in, a report out.

What is compared: documents of the baseline whose text and reference labels are unchanged. Added,
removed and changed ones take part in no test against the baseline, are listed, and ask for an
update; limits look at all documents as they are now. If less than the share ``comparable`` is left,
the check fails: a comparison that nearly nothing takes part in would pass blindly.

Rules ``not_worse`` are tested together, see `accord.gate.losses`.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from accord.compare import (
    Counts,
    Match,
    Measure,
    Scores,
    Target,
    agree,
)
from accord.corpus import Corpus
from accord.counted import counted
from accord.document import Layer
from accord.errors import InputError
from accord.gate.baseline import Baseline
from accord.gate.losses import Sides, losses
from accord.gate.rules import ErrorShare, Exact, Limit, NotWorse, Rule, parse_rule
from accord.gate.settings import AgreementRule, Settings, parse_required
from accord.gate.tally import Tally
from accord.gate.verdicts import Documents, Finding, Report, Verdict, Worse
from accord.gate.worse import worsened
from accord.schema import Schema


@dataclass(frozen=True)
class Estimate:
    """What is judged: its name, the hash that tells whether it is the committed one, its labels."""

    name: str
    identity: str
    layers: Mapping[str, Layer]
    tally: Tally


def check(
    corpus: Corpus,
    settings: Settings,
    estimate: Estimate,
    baseline: Baseline | None,
    corpus_findings: Sequence[str] | None = None,
) -> Report:
    """Judge an estimate by every rule of the settings.

    `corpus_findings` is what `accord.corpus.validate` found, None if it was not asked for. Raises
    InputError for a rule that cannot be read, or a baseline that was measured on something else.
    """
    rules = read_rules(settings, corpus.schema)
    names = (settings.reference, estimate.name)
    whole = Sides.of(estimate.tally, corpus.schema, names)
    findings = [_limit(rule, whole) for rule in rules if isinstance(rule, Limit)]
    findings += _required(settings, whole.scores, corpus.schema)
    findings += [f for rule in settings.agreement for f in _agreement(rule, corpus)]
    findings += _corpus(corpus_findings)
    notes = _uncovered(rules, whole.scores)
    compared: Documents | None = None
    worse: tuple[Worse, ...] = ()
    if baseline is None:
        findings += [
            Finding(str(rule), Verdict.SKIP, "there is no baseline yet: `accord check --update`")
            for rule in rules
            if not isinstance(rule, Limit)
        ]
        notes.append("nothing is compared: no baseline was measured; run `accord check --update`")
    else:
        _check_same(settings, baseline)
        compared = documents(baseline.documents, estimate.tally)
        findings += _against(rules, settings, estimate, baseline, compared, corpus.schema)
        notes += _notes(compared, baseline) + _blind(findings, settings.unit)
        worse = worsened(
            corpus,
            settings.reference,
            estimate.layers,
            baseline.documents,
            estimate.tally,
            compared.compared,
        )
    return Report(
        estimate.name,
        settings.reference,
        settings.split,
        tuple(findings),
        compared,
        worse,
        tuple(notes),
    )


def read_rules(settings: Settings, schema: Schema) -> tuple[Rule, ...]:
    """The rules of the settings; InputError for the first that is wrong, or stands twice."""
    rules = tuple(parse_rule(text, schema) for text in settings.rules)
    seen: set[tuple[str, str, str]] = set()
    for rule in rules:
        sign = rule.sign if isinstance(rule, Limit) else ""
        key = (str(rule.measure), type(rule).__name__, sign)
        if key in seen:
            raise InputError(f"two rules of one kind for {rule.measure}; keep one: {str(rule)!r}")
        seen.add(key)
    for required in settings.required:
        parse_required(required, schema)
    return rules


def documents(before: Tally, now: Tally) -> Documents:
    """What became of each document since the baseline."""
    common = sorted(before.keys() & now.keys())
    same_text = [i for i in common if before[i].text == now[i].text]
    compared = [i for i in same_text if before[i].reference == now[i].reference]
    return Documents(
        tuple(compared),
        tuple(sorted(now.keys() - before.keys())),
        tuple(sorted(before.keys() - now.keys())),
        tuple(i for i in common if i not in same_text),
        tuple(i for i in same_text if i not in compared),
    )


def _limit(rule: Limit, sides: Sides) -> Finding:
    value = sides.value(rule.measure)
    if rule.holds(value):
        return Finding(str(rule), Verdict.PASS, f"{value:.4f}", now=value)
    return Finding(str(rule), Verdict.FAIL, f"{value:.4f}, beyond the limit", now=value)


def _required(settings: Settings, found: Scores, schema: Schema) -> list[Finding]:
    findings = []
    for text in settings.required:
        required = parse_required(text, schema)
        counts = found.table(required.target, Match.STRICT)[required.type]
        message = f"{counts.support} in {found.reference}, {counts.tp} of them found"
        good = counts.support >= required.least and counts.tp > 0
        verdict = Verdict.PASS if good else Verdict.FAIL
        findings.append(Finding(f"required {required}", verdict, message))
    return findings


def _agreement(rule: AgreementRule, corpus: Corpus) -> list[Finding]:
    ids = corpus.select(rule.split)
    layers = {
        name: {i: layer for i, layer in corpus.layers.get(name, {}).items() if i in ids}
        for name in rule.layers
    }
    (result,) = agree(layers, corpus.schema)
    findings = []
    for text in rule.limits:
        limit = parse_rule(text, corpus.schema)
        if not isinstance(limit, Limit) or isinstance(limit.measure, ErrorShare):
            raise InputError(f"agreement of {' and '.join(rule.layers)}: {text!r} is no limit")
        value = result.scores.value(limit.measure)
        verdict = Verdict.PASS if limit.holds(value) else Verdict.FAIL
        message = f"{value:.4f} over {counted(len(result.scores.documents), 'document')}"
        name = f"agreement {' '.join(rule.layers)}: {limit}"
        findings.append(Finding(name, verdict, message, now=value))
    return findings


def _corpus(findings: Sequence[str] | None) -> list[Finding]:
    if findings is None:
        return []
    if not findings:
        return [Finding("corpus is valid", Verdict.PASS, "no findings")]
    shown = "; ".join(findings[:3]) + (f" and {len(findings) - 3} more" if findings[3:] else "")
    return [
        Finding("corpus is valid", Verdict.FAIL, f"{counted(len(findings), 'finding')}: {shown}")
    ]


def _check_same(settings: Settings, baseline: Baseline) -> None:
    """InputError if the baseline was measured on another split, reference or unit."""
    for name in ("reference", "split", "unit"):
        asked, measured = getattr(settings, name), getattr(baseline, name)
        if asked != measured:
            raise InputError(
                f"the baseline was measured with {name} {measured!r}, this check asks for "
                f"{asked!r}; `accord check --update` measures it anew"
            )


def _against(
    rules: Iterable[Rule],
    settings: Settings,
    estimate: Estimate,
    baseline: Baseline,
    compared: Documents,
    schema: Schema,
) -> list[Finding]:
    share = len(compared.compared) / len(baseline.documents)
    name = f"comparable documents >= {settings.comparable:g}"
    message = f"{len(compared.compared)} of {len(baseline.documents)} unchanged"
    if share < settings.comparable:
        message += "; `accord check --update` measures the baseline anew"
    enough = Verdict.PASS if share >= settings.comparable else Verdict.FAIL
    findings = [Finding(name, enough, message)]
    rules = [rule for rule in rules if not isinstance(rule, Limit)]
    if not compared.compared:
        return findings + [
            Finding(str(rule), Verdict.SKIP, "no document is left to compare") for rule in rules
        ]
    names = (settings.reference, estimate.name)
    before = Sides.of({i: baseline.documents[i] for i in compared.compared}, schema, names)
    now = Sides.of({i: estimate.tally[i] for i in compared.compared}, schema, names)
    same = estimate.identity == baseline.identity
    findings += [_exact(rule, before, now, same=same) for rule in rules if isinstance(rule, Exact)]
    tested = [rule for rule in rules if isinstance(rule, NotWorse)]
    return findings + losses(tested, settings, baseline, before, now)


def _exact(rule: Exact, before: Sides, now: Sides, *, same: bool) -> Finding:
    (old, measure), (new, _) = before.ask(rule.measure), now.ask(rule.measure)
    figures = (before.value(rule.measure), now.value(rule.measure))
    if not same:
        message = "another estimate than the committed one, so no equal counts are promised"
        return Finding(str(rule), Verdict.SKIP, message, *figures)
    was, now_is = old.per_document(measure), new.per_document(measure)
    changed = [i for i in was if was[i] != now_is[i]]
    if not changed:
        return Finding(str(rule), Verdict.PASS, f"equal in {len(was)}", *figures)
    shown = ", ".join(f"{i} {_cell(was[i])} is {_cell(now_is[i])}" for i in changed[:3])
    more = f" and {len(changed) - 3} more" if changed[3:] else ""
    message = f"the same estimate, but other counts [tp, fp, fn]: {shown}{more}"
    return Finding(str(rule), Verdict.FAIL, message, *figures)


def _cell(counts: Counts) -> str:
    return f"[{counts.tp}, {counts.fp}, {counts.fn}]"


def _notes(compared: Documents, baseline: Baseline) -> list[str]:
    notes = []
    for reason, ids in compared.left_out.items():
        shown = ", ".join(ids[:5]) + (f" and {len(ids) - 5} more" if ids[5:] else "")
        notes.append(f"{reason} since the baseline, not compared: {shown}")
    if notes:
        notes.append(
            "`accord check --update` takes the documents as they are now into the baseline"
        )
    if baseline.runs < 2:
        notes.append(
            "how much the seed alone moves the figures is assumed, not measured; "
            "`accord check --update --seed-run MODEL` measures it over runs with other seeds"
        )
    return notes


def _blind(findings: Iterable[Finding], unit: str) -> list[str]:
    """A note on rules that no loss could break, as there is too little text."""
    blind = [f.rule for f in findings if f.p is not None and f.detectable is None]
    if not blind:
        return []
    return [
        f"too few {unit}s have such labels for any loss to be significant, so these cannot fail: "
        f"{', '.join(blind)}; judge by more text"
        + (", or by paragraph" if unit == "document" else "")
    ]


def _uncovered(rules: Iterable[Rule], found: Scores) -> list[str]:
    """A note on types that occur but that no rule of their own watches, if any type has one."""
    watched = {
        (r.measure.target, r.measure.average) for r in rules if isinstance(r.measure, Measure)
    }
    notes = []
    for target in Target:
        types = [n for n, c in found.table(target, Match.STRICT).items() if c.support]
        bare = [name for name in types if (target, name) not in watched]
        if bare and len(bare) < len(types):
            notes.append(f"{target} types with labels but without a rule: {', '.join(bare)}")
    return notes
