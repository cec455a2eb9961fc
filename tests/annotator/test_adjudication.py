"""Adjudication in the app: decisions on disk, undone, resumed; gold written with whose it is."""

import json

import pytest
from learn_cases import labels_of, text_of, working

from accord.annotator.actions import RefusedError
from accord.annotator.adjudication import FILE_NAME, Adjudicator, StaleDecisionError
from accord.corpus import read_corpus, write_layer
from accord.document import Layer, Mention, Relation, Span
from accord.errors import ConflictError, InputError
from accord.files import write_text

LAYERS = ("first", "second")
I = "texts/00"  # noqa: E741 - the document of most tests


@pytest.fixture
def root(two_layers):
    return two_layers


@pytest.fixture
def desk(root):
    with working(root) as workplace:
        adjudicator = Adjudicator(workplace)
        workplace.ending.append(adjudicator.close)
        yield adjudicator


def take(point, *layers: str):
    return {"difference": point.id, "take": list(layers)}


def gold_of(root, i: str = I) -> Layer:
    return read_corpus(root).layer("gold", i)


def shown(root) -> list[tuple[str, str]]:
    text = text_of(0).text
    return [(m.type, text[m.span.start : m.span.end]) for m in gold_of(root).mentions]


def decide_all(desk, *layers: str):
    """Decide one open point after another in favour of these layers."""
    table = desk.table(I, LAYERS)
    while table.found.open:
        point = table.found.open[0]
        table = desk.decide(I, LAYERS, table.decided.version, "anna", [take(point, *layers)])
    return table


def test_only_documents_of_all_layers_are_adjudicated(desk):
    assert desk.common(LAYERS) == ("texts/00", "texts/01")
    with pytest.raises(InputError, match="not all of first, second have labels"):
        desk.table("texts/02", LAYERS)
    for wrong in (("first",), ("first", "first"), ("first", "gold")):
        with pytest.raises(InputError, match="choose two or more different layers"):
            desk.common(wrong)


def test_deciding_everything_writes_gold_with_whose_it_is(root, desk):
    table = decide_all(desk, "second")
    assert table.found.gold.complete and table.current
    assert shown(root) == [
        ("ORG", "Avon"),
        ("ORG", "Brill"),
        ("ALLIANCE", "the Coast Pact"),
        ("PLEDGE", "pledged"),
        ("MONEY", "$2 million"),
    ]
    gold = gold_of(root)
    types = sorted(r.type for r in gold.relations)
    assert types == ["amount", "member_of", "member_of"]
    state = desk._workplace.shared("gold").document(I)
    by_text = {text_of(0).text[m.span.start : m.span.end]: m.id for m in state.mentions}
    assert state.whose[by_text["Avon"]] == ("first", "second")
    assert state.whose[by_text["the Coast Pact"]] == ("second",)
    # The arrows to the alliance are everybody's: only the length of its mark was in question.
    members = [r for r in state.relations if r.type == "member_of"]
    assert {state.whose[r.id] for r in members} == {("first", "second")}
    assert state.status == "complete"


def test_a_decision_is_on_disk_before_it_is_answered_and_work_goes_on_there(root):
    with working(root) as workplace:
        desk = Adjudicator(workplace)
        table = desk.table(I, LAYERS)
        point = table.found.open[0]
        desk.decide(I, LAYERS, 0, "anna", [take(point, "first")])
        # No close: as if the server had been killed.
        lines = (root / "annotations" / "gold" / FILE_NAME).read_text("utf-8").splitlines()
        (line,) = map(json.loads, lines)
        assert line["by"] == "anna" and line["op"]["decisions"] == [take(point, "first")]
        desk.close()
    with working(root) as workplace:
        again = Adjudicator(workplace)
        table = again.table(I, LAYERS)
        assert table.decided.version == 1 and point.id not in {p.id for p in table.found.open}
        again.close()


def test_a_torn_last_line_is_no_decision(root):
    path = root / "annotations" / "gold" / FILE_NAME
    write_text(path, '{"n":1,"document":"texts/00","op":{"do":"deci')
    with working(root) as workplace:
        desk = Adjudicator(workplace)
        assert desk.table(I, LAYERS).decided.done == []
        desk.close()
    assert path.read_bytes() == b""


def test_steps_are_taken_back_and_brought_again(root, desk):
    table = decide_all(desk, "first")
    total = len(table.found.points)
    table = desk.turn(I, LAYERS, table.decided.version, "anna", "undo")
    assert len(table.found.open) == 1 and not table.current
    table = desk.turn(I, LAYERS, table.decided.version, "anna", "redo")
    assert table.found.gold.complete and table.current and len(table.found.points) == total
    for _ in range(len(table.decided.done)):
        table = desk.turn(I, LAYERS, table.decided.version, "anna", "undo")
    with pytest.raises(RefusedError, match="nothing to undo"):
        desk.turn(I, LAYERS, table.decided.version, "anna", "undo")


def test_a_second_window_overwrites_nothing_silently(desk):
    table = desk.table(I, LAYERS)
    point = table.found.open[0]
    desk.decide(I, LAYERS, 0, "anna", [take(point, "first")])
    with pytest.raises(StaleDecisionError, match="meanwhile"):
        desk.decide(I, LAYERS, 0, "ben", [take(point, "second")])
    with pytest.raises(StaleDecisionError, match="not there any more"):
        desk.decide(I, LAYERS, 1, "ben", [{"difference": "?", "take": []}])


def test_gold_that_was_made_otherwise_is_kept_unless_one_says_so(root, desk):
    document = text_of(0)
    mine = Layer(I, "gold", (Mention("T9", Span(0, 4), "GPE"),))
    write_layer(root, document, mine)
    table = decide_all(desk, "first")
    assert table.found.gold.complete and not table.current
    assert gold_of(root).mentions == mine.mentions
    with pytest.raises(ConflictError, match="not made by these decisions"):
        desk.write(I, LAYERS, "anna")
    assert desk.write(I, LAYERS, "anna", overwrite=True).current
    assert [m.span for m in gold_of(root).mentions] == [
        m.span for m in labels_of(document, "first").mentions
    ]
    # What was written here may be written again, after another decision.
    table = desk.table(I, LAYERS)
    point = table.found.points[0]
    table = desk.decide(I, LAYERS, table.decided.version, "anna", [take(point, "second")])
    assert table.current


def test_somebodys_own_label_must_keep_the_schema(root, desk):
    table = desk.table(I, LAYERS)
    point = next(p for p in table.found.open if len(p.labels) == 2)
    text = text_of(0).text

    def own(words: str, kind: str):
        start = text.index(words)
        other = {"type": kind, "start": start, "end": start + len(words)}
        return [{"difference": point.id, "take": [], "other": other}]

    with pytest.raises(RefusedError, match="white space"):
        desk.decide(I, LAYERS, 0, "anna", own("join ", "ALLIANCE"))
    with pytest.raises(RefusedError, match="never cross"):
        desk.decide(I, LAYERS, 0, "anna", own("ill join", "ALLIANCE"))
    with pytest.raises(InputError, match="unknown mention type 'SHIP'"):
        desk.decide(I, LAYERS, 0, "anna", own("Pact", "SHIP"))
    table = desk.decide(I, LAYERS, 0, "anna", own("Pact", "ALLIANCE"))
    gold = table.found.gold
    (pact,) = [m for m in gold.mentions if m.type == "ALLIANCE"]
    assert table.found.whose[pact.id] == ()
    assert [r.type for r in gold.relations if r.tail == pact.id] == ["member_of", "member_of"]


def test_somebodys_own_arrow_must_be_allowed(root, desk):
    first = labels_of(text_of(1), "first")
    turned = [Relation("same_as", "T2", "T1", r.id) if r.id == "R2" else r for r in first.relations]
    write_layer(root, text_of(1), Layer("texts/01", "third", first.mentions, tuple(turned)))
    layers = ("first", "third")
    table = desk.table("texts/01", layers)
    point = table.found.open[0]
    ends = [{"type": m.type, "start": m.span.start, "end": m.span.end} for m in first.mentions[:3]]
    wrong = {"type": "member_of", "head": ends[2], "tail": ends[0]}
    with pytest.raises(RefusedError, match="member_of may not join ALLIANCE to ORG"):
        desk.decide(
            "texts/01", layers, 0, "anna", [{"difference": point.id, "take": [], "other": wrong}]
        )
    right = {"type": "member_of", "head": ends[0], "tail": ends[2]}
    with pytest.raises(InputError, match="given by its type"):
        other = {**right, "tail": {"type": "ORG"}, "head": None}
        desk.decide(
            "texts/01", layers, 0, "anna", [{"difference": point.id, "take": [], "other": other}]
        )


def test_a_text_that_changed_is_refused(root, desk):
    point = desk.table(I, LAYERS).found.open[0]
    desk.decide(I, LAYERS, 0, "anna", [take(point, "first")])
    path = root / "corpus" / f"{I}.txt"
    path.write_text(path.read_text("utf-8") + "And more.\n", "utf-8")
    with pytest.raises(ConflictError, match="was changed after it was adjudicated"):
        desk.table(I, LAYERS)
