"""DocRED's JSON: sentences of words, entities as sets of marks, relations between entities.

Format: https://github.com/thunlp/DocRED, data/README.md (Yao et al. 2019), a list of objects::

    {"title": "articles/a", "sents": [["Avon", "joined", "the", "Pact", "."]],
     "vertexSet": [[{"name": "Avon", "sent_id": 0, "pos": [0, 1], "type": "ORG"}], ...],
     "labels": [{"h": 0, "t": 1, "r": "member_of", "evidence": [0]}]}

``pos`` is half-open. A paragraph is written as a sentence. An entity is the marks that
``same_as`` joins, directly or through others, if the schema calls it symmetric; equal names alone
join nothing, as that would be a claim that nobody made. Evidence is the paragraphs of both ends.

Relations hold between entities here, so which marks they were drawn between is not kept. Read,
a relation joins the two marks that lie closest, in the evidence where it has some, and
``same_as`` joins an entity's first mark with each other one. The writer knows this and reports
each relation that would come back between other marks. The format has no characters (see
`tokens`). Files without ``labels``, such as DocRED's test set, are read as unfinished.
"""

import json
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from accord.document import Document, Relation, Span
from accord.files import write_text
from accord.formats import Labelled, Loss, Reading
from accord.formats.paragraphs import unknown_fields, within, words_of
from accord.formats.plain import numbered_layer, unkept_ids, unsaid
from accord.formats.records import Record, read_records, shown
from accord.formats.sound import sound
from accord.formats.tokens import Worded, relation_loss, spread, worded
from accord.schema import Schema

SAME = "same_as"

#: Where a mark lies: its sentence, its first word, the word after its last.
Place = tuple[int, int, int]


@dataclass
class _Written:
    """The labels of a document, the relations as they will be read, and what was lost."""

    labels: list[dict[str, object]] = field(default_factory=list)
    read_as: list[Relation] = field(default_factory=list)
    losses: list[Loss] = field(default_factory=list)


def read(path: Path, schema: Schema) -> Reading:
    """Documents with their labels; types are kept whether the schema knows them or not.

    Raises FormatError naming the record that is wrong, from 1.
    """
    items: dict[str, Labelled] = {}
    losses: list[Loss] = []
    for number, record in enumerate(read_records(path, "document"), start=1):
        name = record.name_of("title") if "title" in record.values else f"{path.stem}-{number}"
        if name in items:
            raise record.error(f"the title {name!r} stands in the file already")
        items[name], lost = _item(record, name, joins=_joins(schema))
        losses += lost
    return Reading(tuple(items.values()), tuple(losses))


def write(
    path: Path, items: Sequence[Labelled], schema: Schema, *, dry: bool = False
) -> tuple[Loss, ...]:
    """Write all documents to one file, and return what it cannot hold."""
    losses: list[Loss] = []
    records: list[str] = []
    for item in sound(items):
        in_words = worded(item)
        entities = _entities(item, in_words, joins=_joins(schema))
        written = _relations(item, in_words, entities, joins=_joins(schema))
        losses += (*in_words.losses, *written.losses)
        mentions = [place.mention.id for place in in_words.placed]
        losses += unkept_ids(item.document.id, mentions, [r.id for r in written.read_as])
        losses += unsaid(item, path)
        record = {
            "title": item.document.id,
            "sents": in_words.paragraphs,
            "vertexSet": [[_mark(in_words, index) for index in entity] for entity in entities],
            "labels": written.labels,
        }
        records.append(json.dumps(record, ensure_ascii=False))
    if not dry:
        write_text(path, "[" + ",\n".join(records) + "]\n")
    return tuple(losses)


def _joins(schema: Schema) -> bool:
    kind = schema.relations.get(SAME)
    return kind is not None and kind.symmetric


def _mark(in_words: Worded, index: int) -> dict[str, object]:
    place = in_words.placed[index]
    words = in_words.paragraphs[place.paragraph][place.start : place.end]
    return {
        "name": " ".join(words),
        "sent_id": place.paragraph,
        "pos": [place.start, place.end],
        "type": place.mention.type,
    }


def _entities(item: Labelled, in_words: Worded, *, joins: bool) -> list[list[int]]:
    """Sets of marks by their index, each in text order, in the order of their first marks."""
    index = {place.mention.id: number for number, place in enumerate(in_words.placed)}
    leader = list(range(len(index)))

    def first(number: int) -> int:
        while leader[number] != number:
            number = leader[number]
        return number

    for relation in item.layer.relations:
        if joins and relation.type == SAME and relation.head in index and relation.tail in index:
            one, other = sorted((first(index[relation.head]), first(index[relation.tail])))
            leader[other] = one
    entities: dict[int, list[int]] = {}
    for number in range(len(index)):
        entities.setdefault(first(number), []).append(number)
    return list(entities.values())


def _relations(
    item: Labelled, in_words: Worded, entities: list[list[int]], *, joins: bool
) -> _Written:
    written = _Written()
    places = [(place.paragraph, place.start, place.end) for place in in_words.placed]
    ids = [place.mention.id for place in in_words.placed]
    index = {name: number for number, name in enumerate(ids)}
    entity_of = {mark: number for number, entity in enumerate(entities) for mark in entity}
    groups: dict[tuple[int, int, str], list[Relation]] = {}
    same: list[Relation] = []
    for relation in item.layer.relations:
        if relation.head not in index or relation.tail not in index:
            written.losses.append(relation_loss(item, relation, "relation of a mark left out"))
            continue
        head, tail = entity_of[index[relation.head]], entity_of[index[relation.tail]]
        if joins and relation.type == SAME:
            same.append(relation)
        elif head == tail:
            written.losses.append(relation_loss(item, relation, "relation within one entity"))
        else:
            groups.setdefault((head, tail, relation.type), []).append(relation)
    for (head, tail, kind), group in groups.items():
        sentences = {places[index[end]][0] for r in group for end in (r.head, r.tail)}
        ends = _closest(entities[head], entities[tail], places, sentences)
        # Those of the marks that are read again: with others, reading would tell of a loss.
        evidence = sorted({places[end][0] for end in ends})
        written.labels.append({"h": head, "t": tail, "r": kind, "evidence": evidence})
        chosen = Relation(kind, ids[ends[0]], ids[ends[1]])
        kept = next((relation for relation in group if relation == chosen), group[0])
        written.read_as.append(Relation(kind, chosen.head, chosen.tail, kept.id))
        for relation in group:
            if relation is not kept:
                what = "relation repeated between two entities"
                written.losses.append(relation_loss(item, relation, what))
            elif relation != chosen:
                what = "relation end among the marks of an entity"
                loss = relation_loss(item, relation, what)
                detail = f"{loss.detail} is read as {chosen.head} -> {chosen.tail}"
                written.losses.append(Loss(what, loss.document, loss.item, detail))
    _same(item, same, [[ids[mark] for mark in entity] for entity in entities], written)
    return written


def _same(item: Labelled, same: list[Relation], entities: list[list[str]], out: _Written) -> None:
    """What becomes of same_as: read, each entity's first mark is joined with each other one."""
    given: dict[frozenset[str], Relation] = {}
    for relation in same:
        given.setdefault(frozenset((relation.head, relation.tail)), relation)
    read_as = set()
    for first, *others in entities:
        for other in others:
            relation = given.get(frozenset((first, other)), Relation(SAME, first, other))
            read_as.add(id(relation))
            out.read_as.append(relation)
    out.losses += (
        relation_loss(item, relation, f"{SAME} between later marks of an entity")
        for relation in same
        if id(relation) not in read_as
    )


def _closest(
    heads: Sequence[int], tails: Sequence[int], places: Sequence[Place], evidence: Iterable[int]
) -> tuple[int, int]:
    """The two marks that a relation between two entities is read to join."""
    sentences = set(evidence)
    heads = [mark for mark in heads if places[mark][0] in sentences] or heads
    tails = [mark for mark in tails if places[mark][0] in sentences] or tails

    def distance(pair: tuple[int, int]) -> tuple[int, int, int, int]:
        head, tail = (places[mark] for mark in pair)
        gap = max(head[1] - tail[2], tail[1] - head[2], 0) if head[0] == tail[0] else 0
        return abs(head[0] - tail[0]), gap, *pair

    return min(((head, tail) for head in heads for tail in tails), key=distance)


def _item(record: Record, name: str, *, joins: bool) -> tuple[Labelled, list[Loss]]:
    losses = unknown_fields(record, ("title", "sents", "vertexSet", "labels"), name)
    sents = [
        words_of(
            Record({"sents": sent}, record.path, None, f"{record.name}, sentence {n}"), "sents"
        )
        for n, sent in enumerate(record.list("sents"))
    ]
    text, spans = spread(sents)
    marks: list[tuple[Span, str]] = []
    places: list[Place] = []
    entities: list[list[int]] = []
    for number, entity in enumerate(record.list("vertexSet")):
        inner = Record({"marks": entity}, record.path, None, f"{record.name}, entity {number}")
        entities.append([])
        for mark in inner.records("marks"):
            sentence, start, end = _place(mark, sents)
            losses += unknown_fields(mark, ("name", "sent_id", "pos", "type"), name)
            given = mark.string("name", "")
            if given and given.split() != " ".join(sents[sentence][start:end]).split():
                losses.append(Loss("name unlike the words", name, given))
            entities[-1].append(len(marks))
            places.append((sentence, start, end))
            span = Span(spans[sentence][start].start, spans[sentence][end - 1].end)
            marks.append((span, mark.string("type")))
    arrows: list[tuple[str, int, int]] = []
    for label in record.records("labels"):
        losses += unknown_fields(label, ("h", "t", "r", "evidence"), name)
        head, tail = _entity(label, "h", entities), _entity(label, "t", entities)
        kind, evidence = label.string("r"), _evidence(label, sents)
        if head == tail:
            losses.append(Loss("relation of an entity to itself", name, f"{kind} {head}"))
            continue
        ends = _closest(entities[head], entities[tail], places, evidence)
        if evidence != {places[end][0] for end in ends}:
            detail = f"sentences {', '.join(map(str, sorted(evidence))) or 'none'}"
            losses.append(Loss("evidence", name, f"{kind} {head} -> {tail}", detail))
        arrows.append((kind, *ends))
    for number, entity_marks in enumerate(entities):
        if joins:
            arrows += ((SAME, entity_marks[0], other) for other in entity_marks[1:])
        elif len(entity_marks) > 1:
            detail = f"the schema has no symmetric {SAME}"
            losses.append(Loss("several marks of an entity", name, str(number), detail))
    source = record.path.stem
    layer = numbered_layer(name, source, marks, arrows, complete="labels" in record.values)
    return Labelled(Document(name, text), layer), losses


def _place(mark: Record, sents: Sequence[Sequence[str]]) -> Place:
    sentence = mark.integer("sent_id")
    if not 0 <= sentence < len(sents):
        raise mark.error(f"'sent_id' is {sentence}, but there are {len(sents)}, counted from 0")
    position = mark.list("pos")
    whole = [n for n in position if isinstance(n, int) and not isinstance(n, bool)]
    if len(position) != 2 or len(whole) != 2:
        raise mark.error(f"'pos' must be two word numbers, not {shown(mark.values.get('pos'))}")
    within(mark, whole[0], whole[1], sents[sentence], "'pos'")
    return sentence, whole[0], whole[1]


def _entity(label: Record, key: str, entities: Sequence[Sequence[int]]) -> int:
    number = label.integer(key)
    if not 0 <= number < len(entities) or not entities[number]:
        raise label.error(
            f"{key!r} is {number}, but there are {len(entities)} entities, counted from 0, "
            f"and it needs one that has a mark"
        )
    return number


def _evidence(label: Record, sents: Sequence[object]) -> set[int]:
    sentences = set()
    for number in label.list("evidence"):
        if (
            not isinstance(number, int)
            or isinstance(number, bool)
            or number not in range(len(sents))
        ):
            raise label.error(
                f"'evidence' names sentence {shown(number)}, "
                f"but there are {len(sents)}, counted from 0"
            )
        sentences.add(number)
    return sentences
