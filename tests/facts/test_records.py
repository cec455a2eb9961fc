import json
import random
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from accord.compare import Counts
from accord.document import Document, Layer, Mention, Relation, Span
from accord.errors import InputError
from accord.facts import (
    ALLIANCE_COLUMNS,
    PLEDGE_COLUMNS,
    alliance_csv,
    alliance_rows,
    alliances,
    as_csv,
    as_json,
    clusters,
    fact_counts,
    facts,
    pledge_csv,
    pledge_rows,
    pledges,
)


def labelled(text, marks, arrows, source="gold", scores=None, meta=None):
    """A document and a layer from marks (id: (type, words, which occurrence)) and arrows."""
    mentions = []
    for item, (kind, words, *which) in marks.items():
        start = -1
        for _ in range(which[0] if which else 1):
            start = text.index(words, start + 1)
        score = (scores or {}).get(item)
        mentions.append(Mention(item, Span(start, start + len(words)), kind, score))
    relations = [
        Relation(kind, head, tail, score=(scores or {}).get((kind, head, tail)))
        for kind, head, tail in arrows
    ]
    return Document("doc", text, meta or {}), Layer(
        "doc", source, tuple(mentions), tuple(relations)
    )


AWS = labelled(
    "Costs rise. AWS has committed to investing $15.24 billion by 2027 to expand its cloud. Big.",
    {
        "T1": ("ORG", "AWS"),
        "T2": ("PLEDGE", "committed"),
        "T3": ("MONEY", "$15.24 billion"),
        "T4": ("DATE", "2027"),
        "T5": ("PURPOSE", "expand its cloud"),
    },
    [
        ("pledges", "T1", "T2"),
        ("amount", "T2", "T3"),
        ("when", "T2", "T4"),
        ("purpose", "T2", "T5"),
    ],
)

TWICE = labelled(
    "Microsoft announced a $2.9 billion investment over the next two years.\n\n"
    "This investment will go to Japan. Microsoft Corp. is large.",
    {
        "T1": ("ORG", "Microsoft"),
        "T2": ("PLEDGE", "investment"),
        "T3": ("MONEY", "$2.9 billion"),
        "T4": ("DATE", "next two years"),
        "T5": ("PLEDGE", "investment", 2),
        "T6": ("GPE", "Japan"),
        "T7": ("ORG", "Microsoft Corp."),
    },
    [
        ("pledges", "T1", "T2"),
        ("amount", "T2", "T3"),
        ("when", "T2", "T4"),
        ("same_as", "T5", "T2"),
        ("recipient", "T5", "T6"),
        ("pledges", "T7", "T5"),
    ],
    meta={"date": "2024-04-12"},
)

JOINT = labelled(
    "Resonac announced the US-JOINT consortium of ten firms. Its Japanese participants include "
    "Towa and Tokyo Ohka Kogyo.\n\nThe consortium has six Japanese firms. "
    "The US contingent includes KLA.\n\n"
    "US-JOINT will open in Silicon Valley.",
    {
        "T1": ("ORG", "Resonac"),
        "T2": ("ALLIANCE", "US-JOINT"),
        "T3": ("ORG", "Towa"),
        "T4": ("ORG", "Tokyo Ohka Kogyo"),
        "T5": ("ALLIANCE", "consortium", 2),
        "T6": ("GROUP", "six Japanese firms"),
        "T7": ("GPE", "Japanese", 2),
        "T8": ("ORG", "KLA"),
        "T9": ("GPE", "US", 2),
        "T10": ("ALLIANCE", "US-JOINT", 2),
        "T11": ("GPE", "Silicon Valley"),
    },
    [
        ("leads", "T1", "T2"),
        ("member_of", "T3", "T2"),
        ("member_of", "T4", "T2"),
        ("same_as", "T5", "T2"),
        ("member_of", "T6", "T5"),
        ("based_in", "T6", "T7"),
        ("member_of", "T8", "T5"),
        ("based_in", "T8", "T9"),
        ("based_in", "T10", "T11"),
    ],
)


def names(parties):
    return [party.name for party in parties]


def test_a_plain_pledge():
    (pledge,) = pledges(*AWS)
    assert names(pledge.pledgers) == ["AWS"]
    assert (pledge.amount.value, pledge.amount.currency) == (15_240_000_000, "USD")
    assert (pledge.deadline.edtf, pledge.term) == ("../2027", None)
    assert pledge.purposes == ("expand its cloud",)
    assert pledge.sentence.startswith("AWS") and pledge.sentence.endswith("cloud.")
    assert AWS[0][pledge.span] == pledge.sentence
    assert [e.role for e in pledge.evidence] == ["pledges", "pledge", "amount", "when", "purpose"]
    assert (pledge.notes, pledge.score) == ((), None)


def test_a_pledge_told_twice_is_one_record():
    (pledge,) = pledges(*TWICE)
    assert names(pledge.pledgers) == ["Microsoft"]
    assert names(pledge.recipients) == ["Japan"]
    assert pledge.mentions == ("T2", "T5")
    assert (pledge.term.duration, pledge.term.edtf) == ("P2Y", "2024-04-12/2026-04-12")
    assert pledge.deadline is None


def test_an_alliance_over_the_document():
    (alliance,) = alliances(*JOINT)
    assert (alliance.name, alliance.key, alliance.named) == ("US-JOINT", "us joint", True)
    assert names(alliance.members) == ["Towa", "Tokyo Ohka Kogyo", "six Japanese firms", "KLA"]
    assert [party.based_in for party in alliance.members] == [
        (),
        (),
        ("Japan",),
        ("United States",),
    ]
    assert names(alliance.leaders) == ["Resonac"]
    assert alliance.based_in == ("Silicon Valley",)
    assert alliance.mentions == ("T2", "T5", "T10")


def test_described_alliances_of_one_word_stay_apart():
    found = alliances(
        *labelled(
            "A and B sealed a partnership. C and D sealed a partnership.",
            {"T1": ("ALLIANCE", "partnership"), "T2": ("ALLIANCE", "partnership", 2)},
            [],
        )
    )
    assert [(a.named, a.notes) for a in found] == [(False, ("no members",))] * 2


def test_a_chain_of_same_as_across_paragraphs():
    document, layer = labelled(
        "Toyota spoke.\n\nThe carmaker spoke.\n\nIt pledged €5 million.",
        {
            "T1": ("ORG", "Toyota"),
            "T2": ("ORG", "carmaker"),
            "T3": ("ORG", "It"),
            "T4": ("PLEDGE", "pledged"),
            "T5": ("MONEY", "€5 million"),
        },
        [
            ("same_as", "T3", "T2"),
            ("same_as", "T2", "T1"),
            ("pledges", "T3", "T4"),
            ("amount", "T4", "T5"),
        ],
        scores={("same_as", "T2", "T1"): 0.4, "T4": 0.9},
    )
    (pledge,) = pledges(document, layer)
    assert names(pledge.pledgers) == ["Toyota"]
    assert pledge.score == 0.4
    assert pledge.notes == ()


def test_a_pronoun_names_nobody():
    document, layer = labelled(
        "They pledged €5 million.",
        {"T1": ("GROUP", "They"), "T2": ("PLEDGE", "pledged"), "T3": ("MONEY", "€5 million")},
        [("pledges", "T1", "T2"), ("amount", "T2", "T3")],
    )
    (pledge,) = pledges(document, layer)
    assert pledge.notes == ("the pledger is only a pronoun: 'They'",)
    assert not pledge.pledgers[0].named


@pytest.mark.parametrize(
    ("arrows", "notes"),
    [
        ([("amount", "T2", "T3")], ("no pledger",)),
        ([("pledges", "T1", "T2")], ("no amount",)),
    ],
)
def test_what_is_missing_is_said(arrows, notes):
    marks = {"T1": ("ORG", "Avon"), "T2": ("PLEDGE", "pledged"), "T3": ("MONEY", "$5")}
    document, layer = labelled("Avon pledged $5.", marks, arrows)
    (pledge,) = pledges(document, layer)
    assert pledge.notes == notes
    assert pledge.sentence == "Avon pledged $5."


def test_neither_pledger_nor_amount_is_no_record():
    document, layer = labelled(
        "Help for Kenya was pledged.",
        {"T1": ("GPE", "Kenya"), "T2": ("PLEDGE", "pledged")},
        [("recipient", "T2", "T1")],
    )
    assert pledges(document, layer) == ()


def test_places_within_a_recipient_and_the_pledger_receive_nothing():
    document, layer = labelled(
        "Avon pledged, through Avon, $5 to schools in Leeds and to Cork.",
        {
            "T1": ("ORG", "Avon"),
            "T2": ("PLEDGE", "pledged"),
            "T3": ("ORG", "Avon", 2),
            "T4": ("GROUP", "schools in Leeds"),
            "T5": ("GPE", "Leeds"),
            "T6": ("GPE", "Cork"),
        },
        [("pledges", "T1", "T2"), *(("recipient", "T2", f"T{n}") for n in (3, 4, 5, 6))],
    )
    (pledge,) = pledges(document, layer)
    assert [party.name for party in pledge.recipients] == ["schools in Leeds", "Cork"]


@pytest.mark.parametrize(
    ("text", "amounts", "main", "note"),
    [
        ("A pledged $3m, $2m and $5m.", ["$3m", "$2m", "$5m"], 5_000_000, "'$5m' is the total"),
        ("A pledged $3m for X, a total of $9m.", ["$3m", "$9m"], 9_000_000, "'$9m' is the total"),
        ("A pledged $9m, of which $3m for X.", ["$9m", "$3m"], 9_000_000, "'$9m' is the total"),
        ("A pledged $3m and then $4m.", ["$3m", "$4m"], 3_000_000, "the first is taken"),
        ("A pledged $3m (€2m).", ["$3m", "€2m"], 3_000_000, "the first is taken"),
    ],
)
def test_several_amounts(text, amounts, main, note):
    marks = {"T1": ("PLEDGE", "pledged")}
    marks |= {f"T{n}": ("MONEY", amount) for n, amount in enumerate(amounts, start=2)}
    document, layer = labelled(
        text, marks, [("amount", "T1", item) for item in marks if item != "T1"]
    )
    (pledge,) = pledges(document, layer)
    assert pledge.amount.value == main
    assert len(pledge.amounts) == len(amounts)
    assert any(note in line for line in pledge.notes)


def test_several_pledgers():
    document, layer = labelled(
        "Japan and the U.S. pledged $1bn. American aid helps.",
        {
            "T1": ("GPE", "Japan"),
            "T2": ("GPE", "U.S."),
            "T3": ("PLEDGE", "pledged"),
            "T4": ("GPE", "American"),
        },
        [("pledges", "T1", "T3"), ("pledges", "T2", "T3"), ("pledges", "T4", "T3")],
    )
    (pledge,) = pledges(document, layer)
    assert names(pledge.pledgers) == ["Japan", "United States"]


def test_one_surname_of_two_people_stays_alone():
    document, layer = labelled(
        "Joe Biden met Jill Biden. Biden spoke. Kishida is Fumio Kishida.",
        {
            "T1": ("PERSON", "Joe Biden"),
            "T2": ("PERSON", "Jill Biden"),
            "T3": ("PERSON", "Biden", 3),
            "T4": ("PERSON", "Kishida"),
            "T5": ("PERSON", "Fumio Kishida"),
        },
        [],
    )
    assert [c.name for c in clusters(document, layer)] == [
        "Joe Biden",
        "Jill Biden",
        "Biden",
        "Fumio Kishida",
    ]


def test_scores_are_the_least_of_what_a_record_rests_on():
    document, layer = labelled(
        "AWS pledged $5m. Oracle left.",
        {
            "T1": ("ORG", "AWS"),
            "T2": ("PLEDGE", "pledged"),
            "T3": ("MONEY", "$5m"),
            "T4": ("ORG", "Oracle"),
        },
        [("pledges", "T1", "T2"), ("amount", "T2", "T3")],
        scores={"T1": 0.9, "T2": 0.8, "T3": 0.95, "T4": 0.1, ("pledges", "T1", "T2"): 0.7},
    )
    assert pledges(document, layer)[0].score == 0.7


def test_labels_of_another_document_are_refused():
    with pytest.raises(InputError, match="do not belong"):
        facts(Document("other", "text"), AWS[1])
    with pytest.raises(InputError, match="ends at"):
        facts(Document("doc", "short"), AWS[1])


@given(st.randoms(use_true_random=False), st.sampled_from([AWS, TWICE, JOINT]))
def test_the_order_of_a_layer_does_not_matter(rng: random.Random, example):
    document, layer = example
    mentions, relations = list(layer.mentions), list(layer.relations)
    rng.shuffle(mentions)
    rng.shuffle(relations)
    turned = [
        Relation(r.type, r.tail, r.head) if r.type == "same_as" and rng.random() < 0.5 else r
        for r in relations
    ]
    shuffled = Layer(layer.document, layer.source, tuple(mentions), tuple(turned))
    assert facts(document, shuffled) == facts(document, layer)


KINDS = ["ORG", "GPE", "PERSON", "GROUP", "ALLIANCE", "PLEDGE", "MONEY", "DATE", "PURPOSE"]
ROLES = [
    "member_of",
    "leads",
    "pledges",
    "amount",
    "recipient",
    "when",
    "purpose",
    "based_in",
    "same_as",
]


@st.composite
def wild(draw):
    text = draw(st.text("Ab .$5U\n", min_size=1, max_size=40))
    count = draw(st.integers(0, 6))
    mentions = []
    for number in range(count):
        start = draw(st.integers(0, len(text) - 1))
        end = draw(st.integers(start + 1, len(text)))
        mentions.append(Mention(f"T{number}", Span(start, end), draw(st.sampled_from(KINDS))))
    ids = st.sampled_from([f"T{n}" for n in range(7)])
    arrows = draw(st.lists(st.builds(Relation, st.sampled_from(ROLES), ids, ids), max_size=12))
    return Document("doc", text), Layer("doc", "x", tuple(mentions), tuple(arrows))


@given(wild(), st.randoms(use_true_random=False))
def test_any_layer_gives_records(example, rng):
    document, layer = example
    found = facts(document, layer)
    mentions, relations = list(layer.mentions), list(layer.relations)
    rng.shuffle(mentions)
    rng.shuffle(relations)
    assert facts(document, Layer("doc", "x", tuple(mentions), tuple(relations))) == found
    json.dumps(as_json(found))
    assert fact_counts(found, found).all.fp == 0
    told = sorted(item for record in (*found.pledges, *found.alliances) for item in record.mentions)
    assert len(told) == len(set(told))


def test_rows_and_json():
    found = facts(*AWS)
    row = dict(zip(PLEDGE_COLUMNS, pledge_rows([found])[0], strict=True))
    assert (row["pledgers"], row["amount"], row["currency"]) == ("AWS", "15240000000", "USD")
    assert (row["deadline"], row["term"], row["bound"]) == ("../2027", "", "exact")
    (value,) = as_json(found)
    assert json.loads(json.dumps(value)) == value
    assert value["kind"] == "pledge"
    assert value["amount"]["value"] == "15240000000"
    assert value["deadline"]["last"] == "2027-12-31"
    joint = facts(*JOINT)
    row = dict(zip(ALLIANCE_COLUMNS, alliance_rows([joint])[0], strict=True))
    assert row["members"].endswith("six Japanese firms (Japan); KLA (United States)")
    assert as_json(joint)[0]["leaders"][0]["key"] == "resonac"


def test_csv_runs_no_formula():
    text = as_csv(["a", "b"], [["=1+1", "-5"], ["@x", "plain, with comma"], [" +1", "日本"]])
    assert text == "a,b\r\n'=1+1,'-5\r\n'@x,\"plain, with comma\"\r\n' +1,日本\r\n"
    assert pledge_csv([facts(*AWS)]).count("\r\n") == 2
    assert alliance_csv([facts(*AWS)]) == ",".join(ALLIANCE_COLUMNS) + "\r\n"


def test_facts_agree_with_themselves():
    counted = fact_counts(facts(*JOINT), facts(*JOINT))
    assert (counted.pledges, counted.members) == (Counts(), Counts(tp=4))
    assert fact_counts(facts(*AWS), facts(*AWS)).all == Counts(tp=1)
    with pytest.raises(ValueError, match="two documents"):
        fact_counts(facts(*AWS), facts(Document("b", "b"), Layer("b", "x")))


def test_a_pledge_is_right_or_wrong_as_a_whole():
    document, layer = AWS
    for dropped in ("pledges", "amount", "when"):
        less = Layer(
            "doc", "x", layer.mentions, tuple(r for r in layer.relations if r.type != dropped)
        )
        assert fact_counts(facts(*AWS), facts(document, less)).pledges == Counts(fp=1, fn=1)
    less = Layer(
        "doc", "x", layer.mentions, tuple(r for r in layer.relations if r.type != "purpose")
    )
    assert fact_counts(facts(*AWS), facts(document, less)).pledges == Counts(tp=1)


def test_members_count_one_by_one_after_pairing():
    document, layer = JOINT
    kept = tuple(r for r in layer.relations if r.head not in ("T4", "T5", "T6"))
    halves = Layer("doc", "x", layer.mentions, kept)
    # The second half's KLA is in an alliance of its own, which has no partner.
    assert fact_counts(facts(*JOINT), facts(document, halves)).members == Counts(tp=1, fp=1, fn=3)


def test_values_are_exact():
    document, layer = labelled(
        "A gave $0.1 million.",
        {"T1": ("PLEDGE", "gave"), "T2": ("MONEY", "$0.1 million")},
        [("amount", "T1", "T2")],
    )
    assert pledges(document, layer)[0].amount.value == Decimal(100_000)


def test_described_alliances_of_the_same_named_members_are_one():
    document, layer = labelled(
        "Peru and Kenya signed a pact on energy.\n\nThe venture joins Kenya and Peru.\n\n"
        "Peru and Chile signed an accord. Six firms and Peru run a partnership.",
        {
            "T1": ("GPE", "Peru"),
            "T2": ("GPE", "Kenya"),
            "T3": ("ALLIANCE", "pact"),
            "T4": ("ALLIANCE", "venture"),
            "T5": ("GPE", "Kenya", 2),
            "T6": ("GPE", "Peru", 2),
            "T7": ("GPE", "Peru", 3),
            "T8": ("GPE", "Chile"),
            "T9": ("ALLIANCE", "accord"),
        },
        [
            ("member_of", "T1", "T3"),
            ("member_of", "T2", "T3"),
            ("member_of", "T5", "T4"),
            ("member_of", "T6", "T4"),
            ("member_of", "T7", "T9"),
            ("member_of", "T8", "T9"),
        ],
    )
    both, other = alliances(document, layer)
    assert both.mentions == ("T3", "T4")
    assert names(both.members) == ["Peru", "Kenya"]
    assert other.mentions == ("T9",)


@pytest.mark.parametrize(
    ("second", "members", "expected"),
    [
        # The same two in another order: one.
        (("Brill", "Avon"), ("T1", "T2", "T3", "T4"), [("P", "A")]),
        # Another member, or one less: two, of which nothing says that they are one.
        (("Brill", "Corvo"), ("T1", "T2", "T3", "T4"), [("P",), ("A",)]),
        (("Brill", "Avon"), ("T1", "T2", "T3"), [("P",), ("A",)]),
        # A single member, or none, tells nothing.
        (("Avon", "Brill"), ("T1", "T3"), [("P",), ("A",)]),
        (("Avon", "Brill"), (), [("P",), ("A",)]),
    ],
)
def test_which_described_alliances_are_one(second, members, expected):
    one, other = second
    text = f"Avon and Brill in a pact. So {one} and {other} in an alliance."
    marks = {
        "T1": ("ORG", "Avon"),
        "T2": ("ORG", "Brill"),
        "T3": ("ORG", one, 2),
        "T4": ("ORG", other, text.count(other)),
        "P": ("ALLIANCE", "pact"),
        "A": ("ALLIANCE", "alliance"),
    }
    arrows = [("member_of", item, "P" if item in ("T1", "T2") else "A") for item in members]
    assert [a.mentions for a in alliances(*labelled(text, marks, arrows))] == expected


def test_named_alliances_of_the_same_members_stay_apart():
    text = "Avon and Brill formed the Coast Pact and the Delta Pact."
    marks = {
        "T1": ("ORG", "Avon"),
        "T2": ("ORG", "Brill"),
        "T3": ("ALLIANCE", "Coast Pact"),
        "T4": ("ALLIANCE", "Delta Pact"),
    }
    arrows = [("member_of", end, pact) for end in ("T1", "T2") for pact in ("T3", "T4")]
    assert [a.name for a in alliances(*labelled(text, marks, arrows))] == [
        "Coast Pact",
        "Delta Pact",
    ]
