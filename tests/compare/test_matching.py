"""Matching: cases counted by hand, properties, and independent matchers as oracles."""

from collections import Counter
from itertools import permutations

import pytest
from compare_cases import SCHEMA, layer, layers
from hypothesis import given
from hypothesis import strategies as st
from sklearn.metrics import precision_recall_fscore_support

from accord.compare import Counts, Match, Statistic, Target, compare_layers
from accord.document import Layer, Mention, Relation
from accord.errors import InputError

counts = st.builds(Counts, *(st.integers(0, 50),) * 3)
matches = st.sampled_from(list(Match))


def total(reference: Layer, estimate: Layer, target: str, match: str) -> tuple[int, int, int]:
    comparison = compare_layers(reference, estimate, SCHEMA, Match(match))
    c = sum(comparison.counts[Target(target)].values(), start=Counts())
    return c.tp, c.fp, c.fn


# Counts


def test_counts_give_precision_recall_and_f1():
    c = Counts(tp=3, fp=1, fn=2)
    assert (c.precision, c.recall, c.f1) == (3 / 4, 3 / 5, 6 / 9)
    assert c.support == 5
    assert [c.value(s) for s in Statistic] == [c.precision, c.recall, c.f1]


def test_nothing_over_nothing_is_zero_and_told_apart():
    assert (Counts().precision, Counts().recall, Counts().f1) == (0, 0, 0)
    assert Counts().empty and not Counts(fn=1).empty
    assert Counts(fn=3).precision == 0
    with pytest.raises(ValueError, match="never negative"):
        Counts(tp=-1)


@given(counts, counts)
def test_counts_add(a: Counts, b: Counts):
    c = a + b
    assert (c.tp, c.fp, c.fn) == (a.tp + b.tp, a.fp + b.fp, a.fn + b.fn)
    assert a + b == b + a and a + Counts() == a


# By hand


def test_mentions_by_hand():
    gold = layer([(0, 5, "ORG"), (10, 15, "GPE"), (20, 30, "ALLIANCE"), (40, 45, "ORG")])
    guess = layer([(0, 5, "ORG"), (10, 15, "ORG"), (22, 30, "ALLIANCE"), (50, 55, "ORG")])
    assert total(gold, guess, "mention", "strict") == (1, 3, 3)
    assert total(gold, guess, "mention", "boundary") == (2, 2, 2)
    assert total(gold, guess, "mention", "overlap") == (2, 2, 2)
    comparison = compare_layers(gold, guess, SCHEMA, Match.STRICT)
    assert [m.id for m in comparison.mentions.missed] == ["T1", "T2", "T3"]
    assert [m.id for m in comparison.mentions.spurious] == ["T1", "T2", "T3"]
    by_type = compare_layers(gold, guess, SCHEMA, Match.BOUNDARY).counts[Target.MENTION]
    # GPE 10-15 was found, though as ORG: it counts under the reference's type.
    assert by_type == {"ORG": Counts(1, 1, 1), "GPE": Counts(1, 0, 0), "ALLIANCE": Counts(0, 1, 1)}


def test_conll04_relations_strict_and_boundary():
    """ "John Wilkes Booth shot Lincoln in Washington": the ends' types only matter to strict."""
    gold = layer(
        [(0, 17, "ORG"), (23, 30, "ORG"), (34, 44, "GPE")],
        [("leads", 0, 1), ("member_of", 1, 2)],
    )
    guess = layer(
        [(0, 17, "ORG"), (23, 30, "ALLIANCE"), (34, 44, "GPE")],
        [("leads", 0, 1), ("member_of", 0, 2)],
    )
    assert total(gold, guess, "relation", "strict") == (0, 2, 2)
    assert total(gold, guess, "relation", "boundary") == (1, 1, 1)
    # Overlap still asks for the ends' types.
    assert total(gold, guess, "relation", "overlap") == (0, 2, 2)


def test_a_relation_turned_round_is_wrong_unless_symmetric():
    marks = [(0, 3, "ORG"), (5, 9, "ORG")]
    for name, right in (("member_of", 0), ("same_as", 1)):
        gold, guess = layer(marks, [(name, 0, 1)]), layer(marks, [(name, 1, 0)])
        for match in Match:
            expected = (right, 1 - right, 1 - right)
            assert total(gold, guess, "relation", match) == expected


def test_a_symmetric_relation_drawn_both_ways_counts_once():
    marks = [(0, 3, "ORG"), (5, 9, "ORG")]
    gold = layer(marks, [("same_as", 0, 1)])
    guess = layer(marks, [("same_as", 0, 1), ("same_as", 1, 0)])
    assert total(gold, guess, "relation", "strict") == (1, 0, 0)


def test_equal_labels_are_one_label():
    gold = layer([(0, 3, "ORG"), (5, 9, "ORG")], [("leads", 0, 1)])
    guess = layer([(0, 3, "ORG"), (5, 9, "ORG"), (0, 3, "ORG")], [("leads", 0, 1), ("leads", 2, 1)])
    assert total(gold, guess, "mention", "strict") == (2, 0, 0)
    assert total(gold, guess, "relation", "strict") == (1, 0, 0)


def test_overlap_is_one_to_one_and_as_large_as_can_be():
    # Taking the first fitting mark for 0-10 would leave 6-12 alone.
    gold = layer([(0, 10, "ORG"), (6, 12, "ORG")])
    guess = layer([(8, 11, "ORG"), (0, 4, "ORG")])
    assert total(gold, guess, "mention", "overlap") == (2, 0, 0)
    one_for_many = layer([(0, 12, "ORG")])
    assert total(gold, one_for_many, "mention", "overlap") == (1, 0, 1)


def test_two_loose_pairs_count_before_one_exact_pair():
    gold = layer([(0, 10, "ORG"), (9, 10, "ORG")])
    guess = layer([(0, 10, "ORG"), (0, 1, "ORG")])
    assert total(gold, guess, "mention", "overlap") == (2, 0, 0)


def test_overlap_prefers_the_closer_partner():
    gold = layer([(0, 10, "ORG"), (0, 3, "ORG")])
    comparison = compare_layers(gold, gold, SCHEMA, Match.OVERLAP)
    assert all(a is b for a, b in comparison.mentions.matched)


def test_touching_marks_do_not_overlap():
    gold, guess = layer([(0, 5, "ORG")]), layer([(5, 8, "ORG")])
    assert total(gold, guess, "mention", "overlap") == (0, 1, 1)


def test_boundary_pairs_marks_of_one_type_first():
    gold = layer([(0, 5, "ORG"), (0, 5, "GPE")])
    guess = layer([(0, 5, "GPE")])
    by_type = compare_layers(gold, guess, SCHEMA, Match.BOUNDARY).counts[Target.MENTION]
    assert by_type["GPE"] == Counts(1, 0, 0) and by_type["ORG"] == Counts(0, 0, 1)


def test_wrong_input_is_named():
    with pytest.raises(InputError, match=r"two documents cannot be compared: 'a' .* 'b'"):
        compare_layers(layer([], document="a"), layer([], document="b"), SCHEMA)
    with pytest.raises(InputError, match=r"T0 has the unknown mention type 'FIRM'.*ORG, GPE"):
        compare_layers(layer([(0, 1, "FIRM")]), layer([]), SCHEMA)
    marks = [(0, 1, "ORG"), (2, 3, "ORG")]
    with pytest.raises(InputError, match="R1 has the unknown relation type 'owns'"):
        compare_layers(layer(marks, [("owns", 0, 1)]), layer([]), SCHEMA)
    with pytest.raises(InputError, match="layer 'gold': R1 points to T7, which does not exist"):
        compare_layers(layer(marks, [("leads", 0, 7)]), layer([]), SCHEMA)


# Properties


@given(layers(), layers(), matches)
def test_swapping_sides_swaps_precision_and_recall(a: Layer, b: Layer, match: Match):
    for target in Target:
        tp, fp, fn = total(a, b, target, match)
        assert total(b, a, target, match) == (tp, fn, fp)
    if match is not Match.BOUNDARY:
        there, back = (compare_layers(*pair, SCHEMA, match).counts for pair in ((a, b), (b, a)))
        for target in Target:
            for name, c in there[target].items():
                assert back[target][name] == Counts(c.tp, c.fn, c.fp)


@given(layers(), matches)
def test_a_layer_matches_itself(a: Layer, match: Match):
    for target in Target:
        _, fp, fn = total(a, a, target, match)
        assert fp == fn == 0


@given(layers(), layers(), matches)
def test_every_label_is_used_once(a: Layer, b: Layer, match: Match):
    strict = compare_layers(a, b, SCHEMA, Match.STRICT)
    other = compare_layers(a, b, SCHEMA, match)
    for one, two in ((strict.mentions, other.mentions), (strict.relations, other.relations)):
        for side in (0, 1):
            rest = ("missed", "spurious")[side]
            have = [id(pair[side]) for pair in two.matched] + [id(x) for x in getattr(two, rest)]
            assert len(have) == len(set(have))
            assert len(have) == len(one.matched) + len(getattr(one, rest))
        assert len(two.matched) >= len(one.matched)


@given(layers(), layers(), matches, st.randoms(use_true_random=False))
def test_order_and_direction_of_symmetric_relations_do_not_matter(a, b, match, random):
    def turned(relation: Relation) -> Relation:
        if relation.type == "same_as" and random.random() < 0.5:
            return Relation(relation.type, relation.tail, relation.head)
        return relation

    mentions = random.sample(b.mentions, len(b.mentions))
    relations = [turned(r) for r in random.sample(b.relations, len(b.relations))]
    shuffled = Layer("d", "x", tuple(mentions), tuple(relations))
    for target in Target:
        assert total(a, shuffled, target, match) == total(a, b, target, match)


# Oracles


def mention_key(mention: Mention, typed: bool) -> tuple[object, ...]:
    return (mention.span.start, mention.span.end, *((mention.type,) if typed else ()))


def relation_keys(of: Layer, typed: bool) -> set[tuple[object, ...]]:
    keys = set()
    for relation in of.relations:
        head, tail = (mention_key(end, typed) for end in of.ends(relation))
        if relation.type == "same_as" and tail < head:
            head, tail = tail, head
        keys.add((relation.type, head, tail))
    return keys


@given(layers(), layers())
def test_strict_is_what_scikit_learn_gives_on_sets_of_tuples(a: Layer, b: Layer):
    """The way SpERT scores: the union of both sides' tuples as labels, absence as class 0."""
    sides = {
        Target.MENTION: [{(m.type, mention_key(m, True)) for m in x.mentions} for x in (a, b)],
        Target.RELATION: [relation_keys(x, True) for x in (a, b)],
    }
    comparison = compare_layers(a, b, SCHEMA, Match.STRICT)
    for target, (gold, guess) in sides.items():
        union = sorted(gold | guess, key=repr)
        names = list(comparison.counts[target])
        number = {name: i for i, name in enumerate(names, start=1)}
        true = [number[str(key[0])] if key in gold else 0 for key in union]
        predicted = [number[str(key[0])] if key in guess else 0 for key in union]
        if not union:
            continue
        labels = list(number.values())
        figures = precision_recall_fscore_support(
            true, predicted, labels=labels, average=None, zero_division=0
        )
        for i, name in enumerate(names):
            c = comparison.counts[target][name]
            assert (c.precision, c.recall, c.f1) == pytest.approx([f[i] for f in figures[:3]])
            assert c.support == figures[3][i]
        micro = precision_recall_fscore_support(
            true, predicted, labels=labels, average="micro", zero_division=0
        )
        c = sum(comparison.counts[target].values(), start=Counts())
        assert (c.precision, c.recall, c.f1) == pytest.approx(micro[:3])


@given(layers(), layers())
def test_boundary_is_the_common_part_of_two_bags(a: Layer, b: Layer):
    """Labels that strict tells apart, stripped of their mention types, as multisets."""
    for target in Target:
        bags = []
        for side in (a, b):
            if target is Target.MENTION:
                keys = {mention_key(m, True) for m in side.mentions}
                bags.append(Counter(key[:2] for key in keys))
            else:
                bags.append(
                    Counter(
                        (
                            name,
                            *(
                                sorted(e[:2] for e in ends)
                                if name == "same_as"
                                else (e[:2] for e in ends)
                            ),
                        )
                        for name, *ends in relation_keys(side, True)
                    )
                )
        common, ones, others = (bags[0] & bags[1]).total(), bags[0].total(), bags[1].total()
        assert total(a, b, target, "boundary") == (common, others - common, ones - common)


def most_pairs(fits: list[list[bool]]) -> int:
    """The largest one-to-one matching, by trying every order."""
    if not fits or not fits[0]:
        return 0
    if len(fits) > len(fits[0]):
        fits = [list(column) for column in zip(*fits, strict=True)]
    return max(
        sum(fits[i][j] for i, j in enumerate(order))
        for order in permutations(range(len(fits[0])), len(fits))
    )


def near(a: Mention, b: Mention) -> bool:
    characters = set(range(a.span.start, a.span.end)) & set(range(b.span.start, b.span.end))
    return a.type == b.type and bool(characters)


def distinct(of: Layer) -> tuple[list[Mention], list[tuple[str, Mention, Mention]]]:
    mentions = {mention_key(m, True): m for m in of.mentions}
    found = {}
    for relation in of.relations:
        head, tail = of.ends(relation)
        keys = [mention_key(head, True), mention_key(tail, True)]
        name = (relation.type, *(sorted(keys) if relation.type == "same_as" else keys))
        found[name] = (relation.type, head, tail)
    return list(mentions.values()), list(found.values())


@given(layers(most=5), layers(most=5))
def test_overlap_is_the_largest_matching_there_is(a: Layer, b: Layer):
    (marks, others), (links, other_links) = zip(distinct(a), distinct(b), strict=True)
    best = most_pairs([[near(x, y) for y in others] for x in marks])
    assert total(a, b, "mention", "overlap")[0] == best

    def fits(x: tuple[str, Mention, Mention], y: tuple[str, Mention, Mention]) -> bool:
        straight = near(x[1], y[1]) and near(x[2], y[2])
        crossed = near(x[1], y[2]) and near(x[2], y[1])
        return x[0] == y[0] and (straight or (x[0] == "same_as" and crossed))

    best = most_pairs([[fits(x, y) for y in other_links] for x in links])
    assert total(a, b, "relation", "overlap")[0] == best


def test_a_large_document_is_matched_quickly():
    """1,500 marks in a chain, each overlapping its neighbours: one component, solved at once."""
    marks = [(i * 4, i * 4 + 6, "ORG") for i in range(1500)]
    relations = [("member_of", i, i + 1) for i in range(1000)]
    shifted = [(s + 1, e + 1, t) for s, e, t in marks]
    assert (
        total(layer(marks, relations), layer(shifted, relations), "mention", "overlap")[0] == 1500
    )
    assert (
        total(layer(marks, relations), layer(shifted, relations), "relation", "overlap")[0] == 1000
    )
