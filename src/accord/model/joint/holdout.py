"""How a model's predictions for text that it never saw turned out, to fit a calibration on."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from accord.corpus import Corpus
from accord.document import Layer
from accord.model.joint.calibrate import Calibration, Outcome, Reliability, calibrate, reliability
from accord.model.joint.extractor import JointExtractor


@dataclass(frozen=True, slots=True)
class HeldOut:
    """Outcomes of every mention found, and of every relation above the floor."""

    mentions: tuple[Outcome, ...]
    relations: tuple[Outcome, ...]

    def __add__(self, other: "HeldOut") -> "HeldOut":
        """Both, as of several folds."""
        return HeldOut(self.mentions + other.mentions, self.relations + other.relations)

    def calibration(self) -> Calibration:
        """The scales that fit these outcomes."""
        return calibrate(self.mentions, self.relations)

    def reliability(self, calibration: Calibration) -> Mapping[str, Reliability]:
        """The reliability of probabilities under a calibration, for mentions and relations.

        It says something of new text only if the calibration was fitted on other outcomes.
        """
        return {
            "mention": _reliability([(calibration.mention(o.odds), o) for o in self.mentions]),
            "relation": _reliability([(calibration.of(o.kind)(o.odds), o) for o in self.relations]),
        }


def held_out(extractor: JointExtractor, corpus: Corpus, source: str, ids: Sequence[str]) -> HeldOut:
    """Compare a model's predictions with the labels of documents that it was not trained on.

    A mention is right as its span and type are; a relation as its type and both ends are, in any
    order if it is symmetric.
    """
    table = extractor.reader.table
    mentions: list[Outcome] = []
    relations: list[Outcome] = []
    for document, paragraphs in extractor.analyse(corpus.documents[i] for i in ids):
        gold_mentions, gold_relations = _truth(corpus.layer(source, document.id), corpus)
        place: dict[tuple[int, int], tuple[int, int, str]] = {}
        for paragraph in paragraphs:
            for index, mark in enumerate(paragraph.marks):
                start, end = paragraph.spans[mark.first].start, paragraph.spans[mark.last - 1].end
                key = (start, end, table.mentions[mark.kind - 1])
                place[paragraph.number, index] = key
                mentions.append(Outcome(key[2], mark.score, key in gold_mentions))
        for paragraph in paragraphs:
            here = [(h, (paragraph.number, t), k, x) for h, t, k, x in paragraph.relations]
            for head, tail, kind, odds in [*here, *paragraph.back]:
                name = table.relations[kind]
                ends = (place[paragraph.number, head], place[tail])
                if table.symmetric[kind]:
                    ends = (min(ends), max(ends))
                relations.append(Outcome(name, odds, (name, *ends) in gold_relations))
    return HeldOut(tuple(mentions), tuple(relations))


def _truth(layer: Layer, corpus: Corpus) -> tuple[set[object], set[object]]:
    keys = {m.id: (m.span.start, m.span.end, m.type) for m in layer.mentions}
    relations: set[object] = set()
    for relation in layer.relations:
        ends = (keys[relation.head], keys[relation.tail])
        if corpus.schema.relations[relation.type].symmetric:
            ends = (min(ends), max(ends))
        relations.add((relation.type, *ends))
    return set(keys.values()), relations


def _reliability(pairs: Sequence[tuple[float, Outcome]]) -> Reliability:
    return reliability([p for p, _ in pairs], [o.right for _, o in pairs])
