"""What the two seed articles must say, whoever edits their labels later."""

import hashlib
import tomllib

import pytest

from accord.corpus import read_corpus
from accord.files import read_text
from sample_corpus import REPOSITORY, arrows, words

JOINT, JAPAN = "articles/us-joint-consortium", "articles/us-japan-alliance"


@pytest.fixture(scope="module")
def corpus():
    return read_corpus(REPOSITORY)


@pytest.fixture(scope="module")
def joint(corpus):
    return corpus.documents[JOINT], corpus.layer("gold", JOINT)


def test_seeds_are_as_they_were_received():
    for name, seed in tomllib.loads((REPOSITORY / "seeds/seeds.toml").read_text()).items():
        data = (REPOSITORY / f"seeds/{name}.txt").read_bytes()
        assert hashlib.sha256(data).hexdigest() == seed["sha256"]


@pytest.mark.parametrize("source", ["first", "second", "gold"])
def test_both_articles_are_labelled_without_violation(corpus, source):
    for i in (JOINT, JAPAN):
        layer = corpus.layer(source, i)
        assert corpus.schema.violations(corpus.documents[i], layer) == ()
        assert len(layer.mentions) > 30


@pytest.mark.parametrize("name", ["alliances", "alliances-articles"])
def test_no_recipe_gives_the_tests_names_away(corpus, name):
    """The organisations named in a recipe share no word with those of the articles."""
    recipe = tomllib.loads(read_text(REPOSITORY / f"models/recipes/{name}.toml"))
    test = set()
    for i in corpus.select("articles"):
        document, layer = corpus.documents[i], corpus.layer("gold", i)
        names = [document[m.span] for m in layer.mentions if m.type in {"ORG", "PERSON"}]
        test |= {word.casefold() for name in names for word in name.split() if word[0].isupper()}
    assert {"nvidia", "aws", "cook"} <= test
    listed = recipe["training"]["names"]
    assert len(listed) > 300
    assert not {n for n in listed if test & set(n.casefold().split())}


def test_us_joint_and_its_members(joint):
    document, layer = joint
    members = {head for kind, head, tail in arrows(document, layer) if kind == "member_of"}
    assert {"Towa", "Tokyo Ohka Kogyo", "Azimuth Industrial", "KLA"} <= members
    assert "six Japanese and four American firms" in members
    assert "10 leading Japanese and US tech companies" in members
    assert ("leads", "Resonac Holdings", "US-JOINT") in arrows(document, layer)
    assert ("same_as", "consortium", "US-JOINT") in arrows(document, layer)
    for name in ("Towa", "Tokyo Ohka Kogyo", "Azimuth Industrial", "KLA"):
        assert ("member_of", name, "consortium") in arrows(document, layer)


# Who, the word that commits, how much, by when.
PLEDGES = [
    ("AWS", "committed", "$15.24 billion", "2027"),
    ("Google Cloud", "investing", "$1 billion", None),
    ("Oracle Japan", "pledged", "over $8 billion", "next decade"),
    ("Japanese government", "allocating", "approximately $740 million", None),
    ("Microsoft", "investment", "$2.9 billion", "next two years"),
]


@pytest.mark.parametrize(("who", "word", "much", "when"), PLEDGES)
def test_every_pledge_with_an_amount(joint, who, word, much, when):
    document, layer = joint
    (pledge,) = (
        layer.ends(r)[0]
        for r in layer.relations
        if r.type == "amount" and document[layer.ends(r)[1].span] == much
    )
    assert document[pledge.span] == word
    own = {
        (r.type, document[layer.by_id[r.tail if r.head == pledge.id else r.head].span])
        for r in layer.relations
        if pledge.id in (r.head, r.tail)
    }
    assert ("pledges", who) in own
    assert {text for kind, text in own if kind == "when"} == ({when} if when else set())


def test_there_are_no_other_amounts(joint):
    document, layer = joint
    assert sorted(words(document, layer, ["MONEY"])) == sorted(much for _, _, much, _ in PLEDGES)


def test_nvidia_is_allied_with_japanese_providers(joint):
    found = arrows(*joint)
    assert ("member_of", "NVIDIA", "partnering") in found
    assert ("member_of", "Japanese digital infrastructure providers", "partnering") in found


def test_openais_office_is_no_pledge(joint):
    document, layer = joint
    sentence = document.text.index("OpenAI has launched its first Asia office")
    end = document.text.index(". ", sentence)
    assert not [
        m
        for m in layer.mentions
        if m.type in ("PLEDGE", "MONEY") and sentence <= m.span.start < end
    ]
    (office,) = (m for m in layer.mentions if m.span.start == sentence)
    assert (office.type, document[office.span]) == ("ORG", "OpenAI")
    assert not [r for r in layer.relations if office.id in (r.head, r.tail)]


def test_the_us_japan_alliance(corpus):
    document, layer = corpus.documents[JAPAN], corpus.layer("gold", JAPAN)
    found = arrows(document, layer)
    assert {("member_of", "United States", "alliance"), ("member_of", "Japan", "alliance")} <= found
    for name in ("Nvidia", "Arm", "Amazon"):
        assert ("member_of", name, "endeavour") in found
    assert not words(document, layer, ["PLEDGE", "MONEY"])
