"""Invented model output over real gold labels, and the changes that a pull request plants in it.

A training is drawn so that its chance errors behave like those of five seeds of the joint model on
CoNLL04: two seeds err on the same labels far more often than by chance (a third of the variance of
independent errors), mentions move by 0.4 points of F1, relations by 1.5 in all, and a seed makes a
whole type of relation a little better or worse, by one to three points. To that end every label has
a difficulty that all seeds share, every seed a mood for each type, and the rest is its own.
"""

import random
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from statistics import NormalDist

from accord.corpus import Corpus
from accord.document import Document, Layer, Mention, Relation, Span
from accord.schema import Schema

SOURCE = "model"

_SHARED = 3.5  # how much of a label's fate lies in its difficulty, beside its own noise of 1
_WIDTH = (1 + _SHARED**2) ** 0.5
_WORD = re.compile(r"\w+")
_MOODS = {"mention": (0.005, 0.015), "relation": (0.03, 0.05)}  # of a whole model, of a type


@dataclass(frozen=True)
class Skill:
    """Chances that a label of the reference is found, and how many false ones come with 100."""

    mention: float = 0.86
    relation: float = 0.80
    false_mentions: float = 9.0
    false_relations: float = 22.0
    wrong_extent: float = 0.04
    turned: float = 0.005


@dataclass(frozen=True)
class _Candidate:
    """A label that a model may or may not give, with its difficulty; higher is harder."""

    label: Mention | Relation
    difficulty: float
    false: bool


class Project:
    """Documents of a corpus with one draw of difficulties: trainings differ in the seed alone."""

    def __init__(self, corpus: Corpus, ids: Sequence[str], seed: int):
        self.corpus = corpus
        self.ids = tuple(ids)
        rng = random.Random(seed)  # noqa: S311 - a draw, no secret
        self._mentions = {i: _mentions(corpus, i, rng) for i in ids}
        self._relations = {i: _relations(corpus, i, rng) for i in ids}

    def training(self, seed: int, skill: Skill | None = None) -> dict[str, Layer]:
        """The labels that one training gives to every document."""
        skill = skill or Skill()
        rng = random.Random(seed)  # noqa: S311 - a draw, no secret
        schema = self.corpus.schema
        moods: dict[str, float] = {}
        for target, types in (("mention", schema.mentions), ("relation", schema.relations)):
            of_model, of_type = _MOODS[target]
            whole = rng.gauss(0, of_model)
            moods |= {name: whole + rng.gauss(0, of_type) for name in types}
        return {i: self._layer(i, skill, moods, rng) for i in self.ids}

    def _layer(self, i: str, skill: Skill, moods: Mapping[str, float], rng: random.Random) -> Layer:
        document = self.corpus.documents[i]
        found: list[Mention] = []
        for candidate in self._mentions[i]:
            share = skill.false_mentions / 100 if candidate.false else skill.mention
            if _given(candidate, share, moods, rng):
                mention = candidate.label
                assert isinstance(mention, Mention)
                if not candidate.false and rng.random() < skill.wrong_extent:
                    mention = replace(mention, span=_other_extent(document, mention.span, rng))
                found.append(mention)
        there = {mention.id for mention in found}
        arrows: list[Relation] = []
        for candidate in self._relations[i]:
            share = skill.false_relations / 100 if candidate.false else skill.relation
            if _given(candidate, share, moods, rng):
                relation = candidate.label
                assert isinstance(relation, Relation)
                if rng.random() < skill.turned:
                    relation = replace(relation, head=relation.tail, tail=relation.head)
                if {relation.head, relation.tail} <= there:
                    arrows.append(relation)
        return Layer(i, SOURCE, tuple(found), tuple(arrows))


def drop_type(layers: Mapping[str, Layer], name: str) -> dict[str, Layer]:
    """Without the mentions of a type, and without relations that they took part in."""
    dropped: dict[str, Layer] = {}
    for i, layer in layers.items():
        mentions = tuple(m for m in layer.mentions if m.type != name)
        kept = {m.id for m in mentions}
        relations = tuple(r for r in layer.relations if {r.head, r.tail} <= kept)
        dropped[i] = replace(layer, mentions=mentions, relations=relations)
    return dropped


def shift(layers: Mapping[str, Layer], documents: Mapping[str, Document]) -> dict[str, Layer]:
    """Every offset one too high, as after a wrong conversion at a format's border."""
    return {i: _shifted(layer, documents[i]) for i, layer in layers.items()}


def reverse(
    layers: Mapping[str, Layer], schema: Schema, share: float, rng: random.Random
) -> dict[str, Layer]:
    """A share of the relations that have a direction, drawn at random, the other way round."""

    def turned(relation: Relation) -> Relation:
        if schema.relations[relation.type].symmetric or rng.random() >= share:
            return relation
        return replace(relation, head=relation.tail, tail=relation.head)

    return {
        i: replace(layer, relations=tuple(turned(r) for r in layer.relations))
        for i, layer in layers.items()
    }


def _shifted(layer: Layer, document: Document) -> Layer:
    mentions = tuple(
        replace(m, span=Span(m.span.start + 1, m.span.end + 1))
        for m in layer.mentions
        if m.span.end < len(document.text)
    )
    kept = {m.id for m in mentions}
    relations = tuple(r for r in layer.relations if {r.head, r.tail} <= kept)
    return replace(layer, mentions=mentions, relations=relations)


def _given(
    candidate: _Candidate, share: float, moods: Mapping[str, float], rng: random.Random
) -> bool:
    """Whether a training gives a label: its ease against difficulty, mood and noise."""
    ease = NormalDist().inv_cdf(share) + moods[candidate.label.type]
    return (candidate.difficulty * _SHARED + rng.gauss(0, 1)) / _WIDTH < ease


def _mentions(corpus: Corpus, i: str, rng: random.Random) -> list[_Candidate]:
    """The reference's mentions, and as many single words that a model may take for one."""
    document, gold = corpus.documents[i], corpus.layer("gold", i)
    found = [_Candidate(m, rng.gauss(0, 1), false=False) for m in gold.mentions]
    taken = {m.span for m in gold.mentions}
    words = [Span(*m.span()) for m in _WORD.finditer(document.text)]
    types = list(corpus.schema.mentions)
    for number, span in enumerate(rng.sample(words, min(len(words), len(gold.mentions)))):
        if span not in taken:
            label = Mention(f"F{number}", span, rng.choice(types))
            found.append(_Candidate(label, rng.gauss(0, 1), false=True))
    return found


def _relations(corpus: Corpus, i: str, rng: random.Random) -> list[_Candidate]:
    """The reference's relations, and as many that the schema allows and the reference denies."""
    gold = corpus.layer("gold", i)
    found = [_Candidate(r, rng.gauss(0, 1), false=False) for r in gold.relations]
    taken = {(r.type, *sorted((r.head, r.tail))) for r in gold.relations}
    for _ in gold.relations:
        head, tail = rng.sample(gold.mentions, 2)
        for name in corpus.schema.relations_between(head.type, tail.type):
            if (name, *sorted((head.id, tail.id))) not in taken:
                taken.add((name, *sorted((head.id, tail.id))))
                label = Relation(name, head.id, tail.id)
                found.append(_Candidate(label, rng.gauss(0, 1), false=True))
    return found


def _other_extent(document: Document, span: Span, rng: random.Random) -> Span:
    """The span with one end moved by a word, or by a character where there is none."""
    if rng.random() < 0.5:
        return Span(max(0, span.start - 1 - rng.randrange(6)), span.end)
    return Span(span.start, min(len(document.text), span.end + 1 + rng.randrange(6)))
