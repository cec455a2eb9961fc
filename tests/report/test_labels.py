"""Paragraphs, numbers, arrows and what differs."""

import pytest
from report_cases import GOLD, MODEL, NEWS, SCHEMA, layer

from accord.document import Document, Layer, Mention, Relation, Span
from accord.errors import InputError
from accord.report.labels import LabelsView, labels_view


def marks(view: LabelsView, side: int) -> dict[str, tuple[int, str]]:
    """Text of each mark of a side -> its number and note."""
    return {
        piece.mark.text: (piece.mark.number, piece.mark.note.word if piece.mark.note else "")
        for paragraph in view.paragraphs
        for piece in paragraph.sides[side].pieces
        if piece.mark is not None
    }


def listed(view: LabelsView, paragraph: int, side: int) -> list[str]:
    return [
        f"{a.head.text} {group.type} {a.tail.text} {a.note.word if a.note else ''}".strip()
        for group in view.paragraphs[paragraph].sides[side].groups
        for a in group.arrows
    ]


def test_both_sides_share_numbers_in_text_order():
    view = labels_view(NEWS, (GOLD, MODEL), SCHEMA, "d1")
    gold, model = marks(view, 0), marks(view, 1)
    assert gold["Acme"] == model["Acme"] == (1, "")
    assert gold["over $8 billion"] == (3, "other extent")
    assert model["$8 billion"] == (3, "other extent")
    assert gold["Acme and Bolt of Japan"] == (7, "model: ALLIANCE")
    assert model["Acme and Bolt of Japan"] == (7, "gold: GROUP")
    assert gold["Crane"][1] == "missed" and model["Nothing"][1] == "extra"
    assert "Crane" not in model and "Nothing" not in gold
    assert view.numbers == 11 == max(number for number, _ in [*gold.values(), *model.values()])


def test_arrows_stand_under_the_paragraph_of_their_head():
    view = labels_view(NEWS, (GOLD, MODEL), SCHEMA, "d1")
    assert listed(view, 0, 0) == [
        "Acme pledges pledged",
        "pledged amount over $8 billion missed",
        "pledged recipient Japan",
        "pledged when 2027",
        "pledged purpose build clouds",
    ]
    assert listed(view, 1, 0) == ["Bolt member_of Cloud Pact model: leads"]
    assert listed(view, 1, 1) == ["Bolt leads Cloud Pact gold: member_of"]
    assert listed(view, 2, 0) == []
    assert [p.differing for p in view.paragraphs] == [2, 3, 1]
    assert view.differing == 6


def test_reversed_arrow_is_told():
    pair = {"T1": ("PLEDGE", "pledged"), "T2": ("PLEDGE", "build")}
    schema = SCHEMA
    one = layer(NEWS, {**pair, "T2": ("MONEY", "over $8 billion")}, (("amount", "T1", "T2"),))
    two = Layer(NEWS.id, "model", one.mentions, (Relation("amount", "T2", "T1"),))
    view = labels_view(NEWS, (one, two), schema, "d1")
    assert listed(view, 0, 1) == ["over $8 billion amount pledged reversed"]


def test_unfinished_sides_are_not_compared():
    unfinished = Layer(NEWS.id, "second", complete=False)
    view = labels_view(NEWS, (GOLD, unfinished), SCHEMA, "d1")
    assert view.differing is None
    assert all(paragraph.differing is None for paragraph in view.paragraphs)
    assert all(not note for _, note in marks(view, 0).values())


def test_an_arrow_over_paragraphs_tells_where_its_tail_is():
    two = layer(NEWS, {"T1": ("ORG", "Acme"), "T2": ("ORG", "Bolt")}, (("same_as", "T2", "T1"),))
    view = labels_view(NEWS, (two,), SCHEMA, "d1")
    ((group,), (arrow,)) = (
        view.paragraphs[1].sides[0].groups,
        view.paragraphs[1].sides[0].groups[0].arrows,
    )
    assert (group.type, arrow.symmetric) == ("same_as", True)
    assert (arrow.head.paragraph, arrow.tail.paragraph) == (2, 1)


def test_a_long_mark_is_cut_at_words_in_a_list():
    text = " ".join(f"word{i}" for i in range(40))
    document = Document("d", text)
    view = labels_view(document, (layer(document, {"T1": ("ORG", text)}),), SCHEMA, "d1")
    mark = view.paragraphs[0].sides[0].pieces[0].mark
    assert mark is not None and mark.text == text and len(mark.short) < 70
    head, tail = mark.short.split(" … ")
    assert text.startswith(f"{head} ") and text.endswith(f" {tail}")


@pytest.mark.parametrize(
    ("wrong", "reason"),
    [
        (Layer("other", "gold"), "of 'other' cannot be shown on 'news/one'"),
        (Layer(NEWS.id, "gold", (Mention("T1", Span(0, 999), "ORG"),)), "T1 .* marks no text"),
        (Layer(NEWS.id, "gold", (Mention("T1", Span(62, 64), "ORG"),)), "T1 .* marks no text"),
        (Layer(NEWS.id, "gold", (Mention("T1", Span(0, 4), "ODD"),)), "unknown mention type"),
        (
            Layer(
                NEWS.id, "gold", (Mention("T1", Span(0, 4), "ORG"),),
                (Relation("leads", "T1", "T9"),),
            ),
            "points to T9",
        ),
    ],
)  # fmt: skip
def test_what_cannot_be_drawn_is_refused(wrong: Layer, reason: str):
    with pytest.raises(InputError, match=reason):
        labels_view(NEWS, (wrong,), SCHEMA, "d1")
