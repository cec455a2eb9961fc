"""The page's plain functions, asked in the browser and compared with Python's."""

import json

import pytest
from page_cases import EMPTY, SCRIPTS

from accord.document import Document

TEXTS = [
    "",
    "one\n\ntwo",
    "one\r\n\r\ntwo\r\n",
    "one\r\n\ntwo",
    "one\r\rtwo \n \t\n\n three\n",
    "one\n\x0b\n two\x85\n\x1c\nthree\n\ufeff\nfour",
    SCRIPTS.text,
]


@pytest.fixture
def ask(visit, server):
    page = visit(server, EMPTY, ready=".empty", viewport={"width": 800, "height": 600})

    def asked(module, expression, *values):
        return page.evaluate(
            f"async (values) => ({expression})(await import('/{module}'), ...values)",
            list(values),
        )

    return asked


def test_paragraphs_are_those_of_python(ask):
    for text in TEXTS:
        found = ask(
            "text.js",
            "(m, text) => { const o = new m.Offsets(text);"
            " return m.paragraphs(text).map(s => [o.toPoints(s.start), o.toPoints(s.end)]) }",
            text,
        )
        assert found == [[s.start, s.end] for s in Document("x", text).paragraphs], json.dumps(text)


def test_offsets_go_both_ways(ask):
    for text in TEXTS:
        units = [len(text[:n].encode("utf-16-le")) // 2 for n in range(len(text) + 1)]
        there = "(m, text, all) => all.map(n => new m.Offsets(text).toUnits(n))"
        back = "(m, text, all) => all.map(n => new m.Offsets(text).toPoints(n))"
        assert ask("text.js", there, text, list(range(len(text) + 1))) == units
        assert ask("text.js", back, text, units) == list(range(len(text) + 1))


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("pledged $15.24 billion by 2027.", ["pledged", "$15.24", "billion", "by", "2027"]),
        ("Japan’s U.S. 50% don't", ["Japan", "’s", "U.S.", "50%", "don't"]),
        # The parts of a hyphenated word may be marked, but capitals and digits belong to a name.
        ("US-Japan’s pro-US A-12", ["US", "Japan", "’s", "pro", "US", "A-12"]),
        ("US-JOINT’s", ["US-JOINT", "’s"]),
        ("Zoe\u0301 👩‍👩‍👧 🇯🇵!", ["Zoe\u0301", "👩‍👩‍👧", "🇯🇵"]),
        ("می‌خواهم رفت", ["می‌خواهم", "رفت"]),
        ("...", []),
    ],
)
def test_words(ask, text, words):
    expression = (
        "(m, text) => m.words(text, {start: 0, end: text.length})"
        ".map(w => text.slice(w.start, w.end))"
    )
    assert ask("text.js", expression, text) == words


def test_a_rough_selection_snaps_to_words(ask):
    text = "gave “Brill Bank”, not more"
    expression = (
        "(m, text, start, end) => {"
        " const s = m.snap({start, end}, m.words(text, {start: 0, end: text.length}));"
        " return s && text.slice(s.start, s.end) }"
    )
    assert ask("text.js", expression, text, 5, 18) == "Brill Bank"
    assert ask("text.js", expression, text, 8, 13) == "Brill Bank"
    assert ask("text.js", expression, text, 4, 6) is None


def test_hint_codes_never_begin_each_other(ask):
    for count in (1, 25, 26, 27, 51, 300, 676, 1000):
        codes = ask("hints.js", "(m, count) => m.hintCodes(count)", count)
        assert len(set(codes)) == count
        if count <= 676:
            assert not any(a != b and b.startswith(a) for a in codes for b in codes[:60])
        if count < 26 * 25:
            assert len(codes[0]) == 1


def test_types_get_keys_of_their_own(ask):
    expression = "(m, types, taken) => m.distinctKeys(types, new Set(taken))"
    wished = [{"key": "1"}, {"key": "2"}]
    assert ask("rules.js", expression, wished, []) == ["1", "2"]
    # One that is taken gives all of them new ones, so that they stay a row.
    assert ask("rules.js", expression, [{"key": "r"}, {"key": "2"}], ["r"]) == ["1", "2"]
    many = ask("rules.js", expression, [{}] * 40, ["a", "b"])
    assert len(set(many)) == 40
    assert not {"a", "b"} & set(many)


def test_lanes_keep_overlapping_arrows_apart(ask):
    stretches = [
        {"line": 0, "left": a, "right": b, "lane": 0}
        for a, b in [(0, 100), (10, 30), (20, 50), (60, 90), (120, 130)]
    ]
    lanes = ask("lanes.js", "(m, s) => { m.assignLanes(s); return s.map(x => x.lane) }", stretches)
    assert lanes == [2, 0, 1, 0, 0]


def test_arrows_of_one_type_at_one_end_share_a_lane(ask):
    arrows = [
        {"id": "1", "type": "member_of", "head": "a", "tail": "x"},
        {"id": "2", "type": "member_of", "head": "b", "tail": "x"},
        {"id": "3", "type": "leads", "head": "b", "tail": "x"},
    ]
    keys = ask("lanes.js", "(m, a) => [...m.bundleKeys(a).values()]", arrows)
    assert keys[0] == keys[1] != keys[2]


def test_a_new_note_is_known_by_the_id_that_the_server_gave_it(ask):
    """It may be changed before the server has answered."""
    expression = """(m, note) => {
        const named = new Map();
        m.learnNames([{do: "add_note", ref: "$1", ...note}],
                     {marks: [], relations: [], notes: [{id: "N7", ...note}]}, named);
        return m.renamed({do: "change_note", id: "$1", text: "so"}, named).id }"""
    assert ask("document.js", expression, {"start": 0, "end": 4, "text": "why?"}) == "N7"
