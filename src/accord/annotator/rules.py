"""Schema violations as the page shows them, checked only where something changed.

A large document has thousands of labels, and an action touches a few: what a rule of the schema
can see of a label are the marks that overlap it, the relations at it, and the labels at their
ends. The schema itself judges that neighbourhood, before and after.
"""

import re
from collections.abc import Iterable
from dataclasses import dataclass

from accord.annotator.labels import Change, Labels
from accord.document import Document, Layer, Mention, Relation
from accord.schema import Schema, Violation

# A fragment of the schema's own words, the rule's short name, and what to do about it.
_RULES = (
    ("used twice", "id", "give one of the two another id"),
    ("but the text has", "outside", "mark within the text"),
    ("unknown mention type", "unknown type", "use a type of the schema"),
    ("unknown relation type", "unknown type", "use a type of the schema"),
    ("duplicate of", "duplicate", "it is there already"),
    ("within one paragraph", "paragraph", "mark within one paragraph"),
    ("white space at an end", "white space", "begin and end the mark on a word"),
    ("may nest, never cross", "crossing", "shrink or extend one of the two, or delete one"),
    ("which does not exist", "dangling", "give the relation two ends"),
    ("to itself", "itself", "choose another mention as the other end"),
    ("across paragraphs", "across paragraphs", "choose two mentions of one paragraph"),
    ("may not join", "forbidden pair", "choose another relation, or change the type of an end"),
    ("of one type, not", "forbidden pair", "choose two mentions of one type"),
)
# A change of more labels than this is judged on the whole document, which is then no slower.
_MANY = 40
_OTHER = re.compile(r"(?:crosses|duplicate of) ([TR][0-9]+)")


@dataclass(frozen=True, slots=True)
class Problem:
    """A violation with the rule's short name, what to do, and the ids it concerns."""

    rule: str
    reason: str
    hint: str
    ids: tuple[str, ...]


def problem(violation: Violation) -> Problem:
    """A violation as people see it."""
    rule, hint = next(
        ((rule, hint) for words, rule, hint in _RULES if words in violation.reason),
        ("schema", "change or delete the label"),
    )
    ids = dict.fromkeys([violation.item, *_OTHER.findall(violation.reason)])
    return Problem(rule, violation.reason, hint, tuple(ids))


def all_violations(schema: Schema, document: Document, labels: Labels) -> tuple[Violation, ...]:
    """Everything that the schema forbids in a document's labels."""
    return _judge(schema, document, labels.mentions.values(), labels.relations.values())


def violations_around(
    schema: Schema, document: Document, before: Labels, after: Labels, change: Change
) -> tuple[tuple[Violation, ...], tuple[Violation, ...]]:
    """Violations before and after a change that the change may have ended or brought about."""
    sides = (change.removed, change.added)
    if sum(len(side.mentions) + len(side.relations) for side in sides) > _MANY:
        return all_violations(schema, document, before), all_violations(schema, document, after)
    touched = {i for side in sides for i in side.mentions}
    spans = {m.span for side in sides for m in side.mentions.values()}
    # Most marks lie before or after all of these: to see that costs a third of looking at each.
    first = min((span.start for span in spans), default=0)
    last = max((span.end for span in spans), default=0)
    pairs = {frozenset((r.head, r.tail)) for side in sides for r in side.relations.values()}
    relations = {
        r.id
        for labels in (before, after)
        for r in labels.relations.values()
        if r.head in touched or r.tail in touched or frozenset((r.head, r.tail)) in pairs
    }
    ends = {
        end
        for labels in (before, after)
        for i in relations
        if (r := labels.relations.get(i)) is not None
        for end in (r.head, r.tail)
    }
    mentions = ends | {
        m.id
        for labels in (before, after)
        for m in labels.mentions.values()
        if m.span.start < last
        and m.span.end > first
        and any(m.span.overlaps(span) for span in spans)
    }
    # The same labels on both sides: otherwise what one side does not look at would seem to end.
    return (
        _judge(schema, document, *_only(before, mentions, relations)),
        _judge(schema, document, *_only(after, mentions, relations)),
    )


def _only(
    labels: Labels, mentions: set[str], relations: set[str]
) -> tuple[list[Mention], list[Relation]]:
    return (
        [labels.mentions[i] for i in mentions if i in labels.mentions],
        [labels.relations[i] for i in relations if i in labels.relations],
    )


def _judge(
    schema: Schema,
    document: Document,
    mentions: Iterable[Mention],
    relations: Iterable[Relation],
) -> tuple[Violation, ...]:
    # By number: of two duplicates it is always the later that is said to be one.
    layer = Layer(
        document.id,
        "",
        tuple(sorted(mentions, key=lambda m: (len(m.id), m.id))),
        tuple(sorted(relations, key=lambda r: (len(r.id), r.id))),
    )
    return schema.violations(document, layer)
