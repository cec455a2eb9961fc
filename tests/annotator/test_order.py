"""Orders of work: by uncertainty, by chance, and what is a fair sample."""

import hashlib

import pytest
from hypothesis import given
from hypothesis import strategies as st
from learn_cases import act, working, write_texts

from accord.annotator.order import (
    Mixed,
    Ranking,
    Uncertain,
    add_orders,
    drawn,
    lot,
    unbiased_sample,
    waiting,
)
from accord.annotator.suggestions import Uncertainty
from accord.compare import Target

NAMES = st.lists(st.text(st.characters(codec="utf-8"), min_size=1, max_size=8), unique=True)


class Knowing:
    """A model that knows at once how unsure it is: by the number in a text's name."""

    def __init__(self, *, mentions: bool = True):
        self.mentions = mentions

    def known_uncertainty(self, document):
        number = int(document.id[-2:])
        return Uncertainty(number % 7 / 10 if self.mentions else None, number / 100)


@pytest.fixture
def place(tmp_path):
    write_texts(tmp_path / "root", 30)
    with working(tmp_path / "root") as workplace:
        yield workplace


def complete(store, *ids: str) -> None:
    for i in ids:
        act(store, i, {"do": "set_status", "status": "complete"})


def relations(workplace) -> Uncertain:
    ranking = Ranking(workplace.documents, lambda: Knowing())
    return Uncertain(workplace.documents, ranking, Target.RELATION)


def test_the_draw_is_fixed_for_good():
    assert lot("articles/a") == int(hashlib.sha256(b"0\0articles/a").hexdigest()[:16], 16) / 2**64
    assert lot("articles/a", seed=1) != lot("articles/a")
    share = len(drawn([f"d{n}" for n in range(5000)])) / 5000
    assert 0.18 < share < 0.22


@given(NAMES, NAMES)
def test_other_documents_do_not_change_who_is_drawn(some: list[str], more: list[str]):
    together = drawn(dict.fromkeys([*some, *more]), 0.5)
    assert set(drawn(some, 0.5)) == set(together) & set(some)
    order = {i: n for n, i in enumerate(together)}
    ours = drawn(some, 0.5)
    assert sorted(ours, key=order.__getitem__) == list(ours)


@given(NAMES, st.data())
def test_a_fair_sample_ends_where_the_draw_was_not_followed(ids: list[str], data: st.DataObject):
    done = set(data.draw(st.lists(st.sampled_from(ids)))) if ids else set()
    order = drawn(ids, 0.5)
    sample = unbiased_sample(ids, done.__contains__, 0.5)
    assert sample == order[: len(sample)] and set(sample) <= done
    assert len(sample) == len(order) or order[len(sample)] not in done


def test_the_most_uncertain_come_first_and_say_why(place):
    store, order = place.stores["anna"], relations(place)
    assert order.following(store, None) == (
        "texts/29",
        "the model is unsure of its relations: 0.290 bits a word",
    )
    complete(store, "texts/29", "texts/27")
    assert order.following(store, "texts/29")[0] == "texts/28"
    assert order.following(store, "texts/28")[0] == "texts/26"
    assert order.following(store, "texts/00")[0] == "texts/28"


def test_a_model_without_probabilities_of_marks_leaves_the_order_as_filed(place):
    ranking = Ranking(place.documents, lambda: Knowing(mentions=False))
    order = Uncertain(place.documents, ranking, Target.MENTION)
    found, why = order.following(place.stores["anna"], None)
    assert found == "texts/00" and "does not say how sure it is of mentions" in why
    assert order.name == "mentions"


def test_one_in_five_is_drawn_by_chance_and_no_model_chooses_it(place):
    store = place.stores["anna"]
    order = Mixed(relations(place), place.documents)
    chance = drawn(place.documents)
    assert 3 <= len(chance) <= 12
    taken: list[tuple[str, str]] = []
    after = None
    while (found := order.following(store, after))[0] is not None:
        taken.append(found)
        complete(store, after := found[0])
        done = {i for i, _ in taken}
        # Whatever is done so far, chance's part of it is a fair sample.
        by_chance = [i for i, why in taken if why.startswith("by chance")]
        assert by_chance == list(chance[: len(by_chance)])
        assert set(unbiased_sample(place.documents, done.__contains__)) == set(by_chance)
    assert len(taken) == 30
    first = [why.startswith("by chance") for _, why in taken[:15]]
    assert first == [False, False, False, False, True] * 3
    chosen = [i for i, why in taken if not why.startswith("by chance")]
    assert chosen == sorted(chosen, reverse=True)


def test_what_needs_discussion_comes_when_nothing_else_is_left(place):
    store = place.stores["anna"]
    act(store, "texts/29", {"do": "set_status", "status": "discuss"})
    assert "texts/29" not in waiting(place.documents, store)
    complete(store, *(i for i in place.documents if i != "texts/29"))
    assert waiting(place.documents, store) == ["texts/29"]
    assert relations(place).following(store, None)[0] == "texts/29"
    assert relations(place).following(store, "texts/29") == (
        None,
        "every other document is complete",
    )


def test_the_workplace_gets_all_orders(place):
    add_orders(place)
    assert list(place.orders) == ["mentions", "mentions-mixed", "relations", "relations-mixed"]
    assert place.orders["relations-mixed"].text == "uncertain relations first, 20% by chance"
    found, why = place.orders["relations"].following(place.stores["anna"], None)
    assert found == "texts/00" and why == "as filed: no model suggests anything yet"
