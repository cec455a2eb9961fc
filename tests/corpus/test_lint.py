"""Each kind of suspicious gap is found, and nothing in a clean text."""

import pytest

from accord.corpus import read_corpus, write_layer
from accord.corpus.lint import lint
from accord.document import Document, Layer, Mention, Relation, Span
from accord.files import write_text
from sample_corpus import SCHEMA, label

RULES = {
    "ORG": "everywhere = true",
    "GPE": "everywhere = true",
    "PLEDGE": 'needs = ["pledges"]',
    "MONEY": "looks_like = '\\$\\d'",
}
COUNTS = {"member_of": "one_tail = true", "amount": "one_head = true"}


@pytest.fixture
def linted(root):
    """A function: findings, as (item, reason), of texts with marks, by document id."""
    schema = SCHEMA.replace('version = "1"', 'version = "1"\nflat_types = true')
    for name, rule in RULES.items():
        schema = schema.replace(f"[mention.{name}]", f"[mention.{name}]\n{rule}")
    for name, rule in COUNTS.items():
        schema = schema.replace(f"[relation.{name}]", f"[relation.{name}]\n{rule}")
    write_text(root / "annotations/schema.toml", schema)

    def check(texts, of="x"):
        for name, (text, marks, arrows) in texts.items():
            document = Document(name, text)
            write_text(root / "corpus" / f"{name}.txt", text)
            write_layer(root, document, label(document, "new", marks, arrows))
        findings = lint(read_corpus(root), "new", [of])
        assert all(f.path == root / f"annotations/new/{of}.ann" for f in findings)
        assert all(f.line is None for f in findings)
        return [(f.item, f.reason) for f in findings]

    return check


def test_nothing_in_a_clean_text(root, linted):
    text = "Avon pledged $5 to Kenya. Avon is large, and so is Kenya; Avonmouth is a town."
    marks = [("Avon", "ORG"), ("pledged", "PLEDGE"), ("$5", "MONEY"), ("Kenya", "GPE")]
    marks += [("Avon", "ORG"), ("Kenya", "GPE")]
    assert linted({"x": (text, marks, [("pledges", 0, 1)])}) == []
    assert linted({"x": ("Nothing of note happened.", [], [])}) == []


def test_a_name_marked_here_and_not_there(linted):
    text = "Avon grew. Its rival\nAvon\nfell, but avon and Avonmouth are none."
    (found,) = linted({"x": (text, [("Avon", "ORG")], [])})
    assert found[1] == (
        "'Avon' is ORG elsewhere: ...Avon grew. Its rival [Avon] fell, but avon and Avonmouth ..."
    )


def test_a_name_that_starts_with_a_digit_or_has_signs(linted):
    text = "3M and A+B (C) grew. 3M, not 33M, fell, and so did A+B (C)."
    found = linted({"x": (text, [("3M", "ORG"), ("A+B (C)", "ORG")], [])})
    assert [reason.partition(" is ")[0] for _, reason in found] == ["'3M'", "'A+B (C)'"]


def test_a_name_spelt_as_an_ordinary_word_is_not_looked_for(linted):
    assert linted({"x": ("The firm grow grew. We grow.", [("grow", "ORG")], [])}) == []


def test_a_name_within_a_missed_longer_one_is_one_finding(linted):
    text = "Avon and Avon Steel grew. Avon Steel fell."
    (found,) = linted({"x": (text, [("Avon", "ORG"), ("Avon Steel", "ORG")], [])})
    assert found[1].startswith("'Avon Steel' is ORG elsewhere")


def test_a_name_that_enough_other_documents_mark(linted):
    marked = ("Kenya voted.", [("Kenya", "GPE")], [])
    texts = {"x": ("In Kenya it rained.", [], []), "a": marked, "b": marked}
    assert linted(texts) == []
    (found,) = linted({**texts, "c": marked})
    assert found == ("", "'Kenya' is GPE elsewhere: ...In [Kenya] it rained....")


def test_types_that_are_not_marked_everywhere_are_not_looked_for(linted):
    text = "The Coast Pact met. The Coast Pact ended."
    assert linted({"x": (text, [("Coast Pact", "ALLIANCE")], [])}) == []


def test_money_without_a_mark(linted):
    text = "It cost $5, then $60 and $700."
    found = linted({"x": (text, [("$60", "MONEY")], [])})
    assert [reason for _, reason in found] == [
        "looks like MONEY: ...It cost [$5], then $60 and $700....",
        "looks like MONEY: ...It cost $5, then $60 and [$7]00....",
    ]


def test_a_pledge_without_a_pledger(linted):
    text = "Avon pledged $5. A promise was made."
    marks = [("Avon", "ORG"), ("pledged", "PLEDGE"), ("$5", "MONEY"), ("promise", "PLEDGE")]
    (found,) = linted({"x": (text, marks, [("pledges", 0, 1), ("amount", 3, 2)])})
    assert found == ("T4", "PLEDGE without pledges: ...Avon pledged $5. A [promise] was made....")


def test_a_second_tail_or_head_where_one_is_usual(linted):
    text = "Avon is in the Coast Pact and the Hill Pact and pledged, and promised, $5."
    marks = [("Avon", "ORG"), ("Coast Pact", "ALLIANCE"), ("Hill Pact", "ALLIANCE")]
    marks += [("pledged", "PLEDGE"), ("promised", "PLEDGE"), ("$5", "MONEY")]
    arrows = [("member_of", 0, 1), ("pledges", 0, 3), ("pledges", 0, 4), ("amount", 3, 5)]
    assert linted({"x": (text, marks, arrows)}) == []
    found = linted({"x": (text, marks, [*arrows, ("member_of", 0, 2), ("amount", 4, 5)])})
    assert found == [
        (
            "T1",
            "2 tails of member_of (T2, T3), where one is usual: "
            "...[Avon] is in the Coast Pact and the ...",
        ),
        (
            "T6",
            "2 heads of amount (T4, T5), where one is usual: "
            "...ct and pledged, and promised, [$5]....",
        ),
    ]


def test_a_mark_within_another_of_its_type(linted):
    text = "Avon Steel and the Bank of Avon grew in Kenya."
    marks = [("Avon Steel", "ORG"), ("Bank of Avon", "ORG"), ("Kenya", "GPE")]
    assert linted({"x": (text, marks, [])}) == []
    (found,) = linted({"x": (text, [marks[0], ("Steel", "ORG"), *marks[1:]], [])})
    assert found == (
        "T2",
        "ORG within T1, which is one too: ...Avon [Steel] and the Bank of Avon grew in ...",
    )


def test_findings_come_in_text_order(linted):
    text = "A promise of $5 by Avon. Avon fell."
    found = linted({"x": (text, [("promise", "PLEDGE"), ("Avon", "ORG")], [])})
    assert [reason.partition(":")[0] for _, reason in found] == [
        "PLEDGE without pledges",
        "looks like MONEY",
        "'Avon' is ORG elsewhere",
    ]


def test_what_validate_reports_is_passed_over(root, linted):
    linted({"x": ("Avon fell.", [], [])})
    document = Document("x", "Avon fell.")
    odd = Layer("x", "new", (Mention("T1", Span(0, 4), "OGR"),), (Relation("r", "T1", "T1"),))
    write_layer(root, document, odd)
    assert lint(read_corpus(root), "new", ["x"]) == ()
