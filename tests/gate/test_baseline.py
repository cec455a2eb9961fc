"""The baseline file: what is written reads back, reads well, and is never guessed."""

from collections import Counter
from dataclasses import replace

import pytest
from gate_cases import HEAD, NUMBER, add, layers, spoil, without

from accord.compare import evaluate
from accord.corpus import read_corpus
from accord.errors import FormatError
from accord.gate.baseline import MARK, format_baseline, head_of, read_baseline, write_baseline
from accord.gate.judging import documents
from accord.gate.measuring import estimate_of, measure
from accord.gate.settings import Settings, read_settings
from accord.gate.tally import count, scores


@pytest.fixture
def measured(project):
    """Path of the baseline, corpus, settings and what is measured."""
    path = project / "models/baseline.toml"
    corpus = read_corpus(project)
    settings = read_settings(project, path)
    return path, corpus, settings, read_baseline(path)


def test_it_reads_back_and_keeps_what_people_wrote(measured):
    path, _, _, baseline = measured
    write_baseline(path, baseline, head_of(path))
    text = path.read_text()
    assert text.startswith(HEAD)
    assert read_baseline(path) == baseline
    write_baseline(path, read_baseline(path), head_of(path))
    assert path.read_text() == text


def test_a_diff_names_document_and_label(measured):
    path, corpus, settings, baseline = measured
    before = format_baseline(baseline).splitlines()
    spoil(path.parents[1], [7], lambda layer: without(layer, "GPE"))
    corpus = read_corpus(path.parents[1])
    now = format_baseline(measure(corpus, settings, estimate_of(corpus, settings))).splitlines()
    gone = list((Counter(before) - Counter(now)).elements())
    new = list((Counter(now) - Counter(before)).elements())
    start = corpus.documents["articles/d07"].text.index("Kenya")
    assert len(gone) == 4  # the identity, and three ways of matching
    assert f'  "missed GPE {start}-{start + 5}",' in new
    assert sum("GPE = [0, 0, 1]" in line for line in new) == 3
    assert len(new) == 7  # and the brackets of the list


@pytest.mark.parametrize("unit", ["document", "paragraph"])
def test_the_tally_adds_up_to_evaluation(measured, unit):
    _, corpus, _, _ = measured
    gold, model = corpus.layers["gold"], layers(corpus)
    tally = count(corpus, gold, "gold", model, unit)
    ours = scores(tally, corpus.schema, ("gold", "model"))
    theirs = evaluate(gold, model, corpus.schema)
    assert len(ours.documents) == NUMBER * (2 if unit == "paragraph" else 1)
    for target, match in next(iter(theirs.documents.values())):
        assert ours.table(target, match) == theirs.table(target, match)
    if unit == "paragraph":
        # A relation across paragraphs counts where its first end stands.
        first = ours.documents["articles/d05 paragraph 1"]
        assert sum(c.tp for c in first["relation", "strict"].values()) == 3


def test_what_became_of_documents(measured):
    path, _, settings, baseline = measured
    root = path.parents[1]
    add(root, NUMBER)
    for suffix, folder in ((".txt", "corpus"), (".ann", "annotations/gold")):
        (root / f"{folder}/articles/d00{suffix}").unlink()
    (root / "annotations/model/articles/d00.ann").unlink()
    text = root / "corpus/articles/d01.txt"
    text.write_text(text.read_text() + "More.\n")
    labels = root / "annotations/gold/articles/d02.ann"
    labels.write_text("".join(labels.read_text().splitlines(keepends=True)[:-1]))
    corpus = read_corpus(root)
    now = estimate_of(corpus, settings).tally
    found = documents(baseline.documents, now)
    assert found.added == ("articles/d20",)
    assert found.removed == ("articles/d00",)
    assert found.text_changed == ("articles/d01",)
    assert found.labels_changed == ("articles/d02",)
    assert len(found.compared) == NUMBER - 3
    assert list(found.left_out) == ["added", "removed", "text changed", "labels changed"]


def test_seed_runs_are_measured_for_each_rule(measured):
    _, corpus, settings, _ = measured
    estimate = estimate_of(corpus, settings)
    baseline = measure(corpus, settings, estimate, [estimate, estimate])
    assert baseline.runs == 3
    assert set(baseline.seed_deviation) == {
        "mention.strict.micro.f1",
        "relation.strict.micro.f1",
        "relation.direction.errors",
    }
    assumed = Settings().seed_deviation
    assert baseline.seed_deviation["mention.strict.micro.f1"] < assumed.mention


def test_odd_names_survive(measured, tmp_path):
    _, _, _, baseline = measured
    tally = dict(baseline.documents)
    tally['a "b"\\\x7f\n[c] 🌊.é'] = tally.pop("articles/d03")
    odd = replace(baseline, documents=dict(sorted(tally.items())), estimate='x"\x01')
    write_baseline(tmp_path / "b.toml", odd, "")
    assert read_baseline(tmp_path / "b.toml") == odd


def test_no_measured_part_is_no_baseline(tmp_path):
    assert read_baseline(tmp_path / "none.toml") is None
    assert head_of(tmp_path / "none.toml") is None
    (tmp_path / "b.toml").write_text(HEAD)
    assert read_baseline(tmp_path / "b.toml") is None
    assert head_of(tmp_path / "b.toml") == HEAD


@pytest.mark.parametrize(
    ("old", "new", "reason"),
    [
        ("runs = 1\n", "", "'runs' is missing"),
        ("[6, 0, 0]", "[6, 0]", "is [tp, fp, fn], not [6, 0]"),
        ("mention.strict", "mention.strikt", "'strikt' is not a valid Match"),
        ('."articles/d05".document]', '."articles/d05".words]', "unknown table 'words'"),
        ('estimate = "model"', "estimate = 1", "measured.estimate is a string, not 1"),
        ("[measured]", "[measured", "not valid TOML"),
    ],
)
def test_damage_is_named(measured, old, new, reason):
    path, _, _, baseline = measured
    write_baseline(path, baseline, "")
    text = path.read_text().replace("ORG = [2, 0, 0]", "ORG = [6, 0, 0]")
    assert old in text
    path.write_text(text.replace(old, new))
    with pytest.raises(FormatError) as caught:
        read_baseline(path)
    assert reason in str(caught.value)
    assert str(path) in str(caught.value)


def test_without_the_mark_nothing_is_overwritten(measured):
    path, _, _, baseline = measured
    write_baseline(path, baseline, HEAD)
    path.write_text(path.read_text().replace(MARK, "# (mark lost)"))
    with pytest.raises(FormatError, match="not the line that divides them from yours"):
        head_of(path)
