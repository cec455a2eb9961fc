"""The check: what fails, what warns, what passes, and what it says."""

from dataclasses import replace

import pytest
from gate_cases import NUMBER, add, spoil, turned, without

from accord.corpus import read_corpus
from accord.document import Span
from accord.errors import InputError
from accord.gate.baseline import read_baseline, write_baseline
from accord.gate.judging import check
from accord.gate.measuring import default_rules, estimate_of
from accord.gate.settings import AgreementRule, read_settings
from accord.gate.tally import scores
from accord.gate.verdicts import Verdict


def judged(root, **changes):
    path = root / "models/baseline.toml"
    corpus = read_corpus(root)
    settings = replace(read_settings(root, path), **changes)
    return check(corpus, settings, estimate_of(corpus, settings), read_baseline(path))


def named(report, rule):
    return next(f for f in report.findings if f.rule.startswith(rule))


def test_no_change_passes(project):
    report = judged(project)
    assert {f.verdict for f in report.findings} == {Verdict.PASS}
    assert (report.failed, report.worse) == ((), ())
    assert len(report.documents.compared) == NUMBER
    assert named(report, "relation.direction.errors").now == 0


def test_a_lost_type_fails_and_says_where(project):
    spoil(project, range(2, NUMBER), lambda layer: without(layer, "MONEY"))
    report = judged(project)
    failed = [f.rule for f in report.failed]
    assert failed == [
        "mention.strict.micro.f1 not_worse delta=0.02",
        "relation.strict.micro.f1 not_worse delta=0.02",
    ]
    lost = named(report, "mention.strict.micro.f1 not_worse")
    assert lost.before > lost.now and lost.p < 0.001 and lost.p <= lost.adjusted <= 0.01
    assert 0.02 < lost.detectable < lost.before - lost.now
    assert "points, significantly more than 2 (p " in lost.message
    # Another layer than the committed one: equal counts were not promised.
    assert named(report, "mention.strict.micro.f1 exact").verdict is Verdict.SKIP
    worst = report.worse[0]
    assert (worst.document, worst.mended) == ("articles/d02", 0)
    assert [(c.kind, c.words) for c in worst.changes] == [
        ("missed", "MONEY '$3 million'"),
        ("missed", "amount('pledged', '$3 million')"),
    ]
    assert worst.changes[0].excerpt == (
        "Corvo Steel pledged ",
        "$3 million",
        " to Kenya 🌊.",
    )
    assert worst.changes[1].excerpt[1::2] == ("pledged", "$3 million")


def test_turned_relations_stand_out(project):
    spoil(project, range(14), turned)
    report = judged(project)
    share = named(report, "relation.direction.errors")
    assert share.verdict is Verdict.FAIL
    assert share.now == pytest.approx(14 / (4 * NUMBER))
    assert {c.kind for w in report.worse for c in w.changes} == {"direction"}
    assert report.worse[0].changes[0].words.startswith("pledges('Avon', 'pledged'), but found")


def test_a_loss_that_chance_hardly_brings_warns(project):
    spoil(project, range(4, 11), lambda layer: without(layer, "ORG"))
    report = judged(project)
    lost = named(report, "mention.strict.micro.f1 not_worse")
    assert lost.verdict is Verdict.WARN and lost.loss > lost.delta
    assert lost.chance <= 0.1 and lost.adjusted > 0.01
    assert "hardly by chance (p 0.0" in lost.message and "not significantly" in lost.message
    assert not report.failed and lost not in report.by_chance


def test_a_loss_that_chance_may_bring_passes_and_is_told(project):
    spoil(project, (5, 6, 7), lambda layer: without(layer, "ORG"))
    report = judged(project)
    lost = named(report, "mention.strict.micro.f1 not_worse")
    assert lost.loss > lost.delta and lost.chance > 0.1
    assert "points, more than 2, as chance may (p " in lost.message
    assert lost in report.by_chance
    assert not report.failed and not report.warned
    alone = judged(project, rules=(lost.rule,), warn=0.5)
    assert named(alone, lost.rule).verdict is Verdict.WARN
    # Three documents that differ can be exchanged in eight ways: no less than 1 in 4 is as extreme.
    assert named(alone, lost.rule).chance >= 0.2


def test_warnings_change_nothing_about_what_fails(project):
    spoil(project, range(2, NUMBER), lambda layer: without(layer, "MONEY"))
    failed = [f.rule for f in judged(project).failed]
    assert failed
    for warn in (1e-9, 0.999):
        assert [f.rule for f in judged(project, warn=warn).failed] == failed


def test_a_gain_passes(project):
    spoil(project, (0, 1), lambda layer: replace(read_gold(project, layer.document)))
    report = judged(project)
    assert not report.failed and not report.warned
    assert named(report, "mention.strict.micro.f1 not_worse").message.startswith("gains")


def read_gold(root, i):
    return replace(read_corpus(root).layer("gold", i), source="model")


def test_a_frozen_estimate_with_other_counts_breaks_its_promise(project):
    """The same labels, but the code that reads or scores them has changed."""
    path = project / "models/baseline.toml"
    baseline = read_baseline(path)
    i = "articles/d04"
    unit = baseline.documents[i].units["document"]
    counts = {key: dict(types) for key, types in unit.counts.items()}
    counts["mention", "strict"]["ORG"] = replace(counts["mention", "strict"]["ORG"], tp=1, fn=1)
    moved = replace(baseline.documents[i], units={"document": replace(unit, counts=counts)})
    write_baseline(
        path,
        replace(baseline, documents={**baseline.documents, i: moved}),
        path.read_text().partition("# ----")[0],
    )
    (broken,) = judged(project).failed
    assert broken.rule == "mention.strict.micro.f1 exact"
    assert "articles/d04 [5, 0, 1] is [6, 0, 0]" in broken.message


def test_limits_and_required_labels_are_absolute(project):
    report = judged(
        project,
        rules=("mention.strict.GPE.recall >= 0.95", "relation.direction.errors <= 0"),
        required=("relation.pledges >= 21", "mention.GPE"),
    )
    assert [(f.rule, f.now) for f in report.failed] == [
        ("mention.strict.GPE.recall >= 0.95", 0.9),
        ("required relation.pledges >= 21", None),
    ]
    assert named(report, "required mention.GPE").message == "20 in gold, 18 of them found"
    spoil(project, range(NUMBER), lambda layer: without(layer, "GPE"))
    report = judged(project, rules=(), required=("mention.GPE",))
    assert [f.message for f in report.failed] == ["20 in gold, 0 of them found"]


def test_added_and_changed_documents_are_not_compared(project):
    add(project, NUMBER)
    labels = project / "annotations/gold/articles/d03.ann"
    labels.write_text("".join(labels.read_text().splitlines(keepends=True)[:-1]))
    spoil(project, (3,), lambda layer: without(layer, "ORG"))
    report = judged(project)
    assert not report.failed
    assert len(report.documents.compared) == NUMBER - 1
    assert report.worse == ()
    assert "added since the baseline, not compared: articles/d20" in report.notes
    assert "labels changed since the baseline, not compared: articles/d03" in report.notes


def test_a_comparison_of_next_to_nothing_fails(project):
    for number in range(12):
        labels = project / f"annotations/gold/articles/d{number:02}.ann"
        labels.write_text("".join(labels.read_text().splitlines(keepends=True)[:-1]))
    (failed,) = judged(project).failed
    assert failed.rule == "comparable documents >= 0.5"
    assert failed.message.startswith("8 of 20 unchanged; `accord check --update`")


def test_agreement_has_floors(project):
    rule = AgreementRule(("gold", "model"), ("mention.strict.micro.f1 >= 0.99",), "articles/d0[01]")
    (failed,) = judged(project, agreement=(rule,)).failed
    assert failed.rule == "agreement gold model: mention.strict.micro.f1 >= 0.99"
    assert failed.message == "0.9091 over 2 documents"
    wrong = AgreementRule(("gold", "model"), ("mention.strict.micro.f1 exact",))
    with pytest.raises(InputError, match=r"micro\.f1 exact' is no limit"):
        judged(project, agreement=(wrong,))


def test_findings_of_the_corpus_fail(project):
    corpus = read_corpus(project)
    settings = read_settings(project, project / "models/baseline.toml")
    estimate = estimate_of(corpus, settings)
    report = check(corpus, settings, estimate, None, ["a.ann:1: wrong", "b", "c", "d"])
    assert [f.message for f in report.failed] == ["4 findings: a.ann:1: wrong; b; c and 1 more"]
    assert not check(corpus, settings, estimate, None, []).failed


def test_without_a_baseline_nothing_is_compared(project):
    path = project / "models/baseline.toml"
    path.write_text(path.read_text().partition("# ----")[0])
    report = judged(project)
    assert not report.failed and report.documents is None
    assert named(report, "relation.strict.micro.f1").verdict is Verdict.SKIP
    assert any("nothing is compared" in note for note in report.notes)


def test_a_baseline_of_something_else_is_refused(project):
    with pytest.raises(InputError, match="measured with unit 'document', this check asks for 'par"):
        judged(project, unit="paragraph")
    with pytest.raises(InputError, match=r"two rules of one kind for mention\.strict"):
        judged(project, rules=("mention.strict.micro.f1 exact",) * 2)
    with pytest.raises(InputError, match="nothing to judge: name a model or a layer"):
        judged(project, layer="")
    with pytest.raises(InputError, match="'gold' is the reference itself"):
        judged(project, layer="gold")


def test_many_tests_still_can_fail(project):
    """Holm divides by the number of tests; the rounds grow with it, or nothing would ever fail."""
    spoil(project, range(NUMBER), lambda layer: replace(layer, relations=()))
    rules = default_rules(scores_of(project))
    rules = tuple(r for r in rules if "not_worse" in r)
    assert len(rules) > 10
    report = judged(project, rules=rules, rounds=20, required=(), p=0.005)
    assert "relation.strict.micro.f1 not_worse delta=0.02" in [f.rule for f in report.failed]


def scores_of(root):
    corpus = read_corpus(root)
    settings = read_settings(root, root / "models/baseline.toml")
    return scores(estimate_of(corpus, settings).tally, corpus.schema, ("gold", "model"))


def test_rules_to_begin_with_hold_at_once(project):
    rules = default_rules(scores_of(project))
    assert "mention.strict.micro.f1 >= 0.89" in rules
    assert "relation.strict.pledges.f1 not_worse delta=0.05" in rules
    report = judged(project, rules=rules)
    assert {f.verdict for f in report.findings} == {Verdict.PASS}
    assert not any("without a rule" in note for note in report.notes)


def test_an_offset_too_many_is_caught(project):
    def shifted(layer):
        return replace(
            layer,
            mentions=tuple(
                replace(m, span=Span(m.span.start + 1, m.span.end + 1)) for m in layer.mentions
            ),
        )

    spoil(project, range(NUMBER), shifted)
    report = judged(project, rules=("mention.boundary.errors not_worse delta=0.1",))
    assert [f.rule for f in report.failed] == [
        "required relation.pledges >= 10",
        "mention.boundary.errors not_worse delta=0.1",
    ]
