"""Suspicious gaps in labels: what the schema allows, but a second look should confirm.

Not every finding is an error; every one is worth reading. The rules stand in the schema file: see
`accord.schema.MentionType`. What the schema forbids, such as an unknown type, is passed over:
`accord validate` reports it.
"""

import re
from collections import defaultdict
from collections.abc import Iterator, Sequence

from accord.corpus.corpus import Corpus
from accord.corpus.folder import ANNOTATIONS
from accord.corpus.standoff import SUFFIX
from accord.corpus.validate import Finding
from accord.document import Document, Layer, Mention, Span
from accord.schema import MentionType

# A text marked in this many other documents is expected to be marked in this one too.
_COMMON = 3


def lint(corpus: Corpus, source: str, ids: Sequence[str]) -> tuple[Finding, ...]:
    """The suspicious gaps in one source's labels of these documents, in text order."""
    common = _common_texts(corpus, source)
    findings: list[Finding] = []
    for i in ids:
        document, layer = corpus.documents[i], corpus.layer(source, i)
        found = [
            *_unmarked_repeats(corpus, document, layer, common),
            *_unmarked_patterns(corpus, document, layer),
            *_unused(corpus, document, layer),
            *_second_ends(corpus, document, layer),
            *_within_own_type(corpus, document, layer),
        ]
        path = corpus.root / ANNOTATIONS / source / f"{i}{SUFFIX}"
        findings += [Finding(path, None, item, reason) for _, item, reason in sorted(found)]
    return tuple(findings)


def _common_texts(corpus: Corpus, source: str) -> dict[str, str]:
    """Texts of types that are marked everywhere, with their type, if enough documents mark them."""
    documents: dict[tuple[str, str], set[str]] = defaultdict(set)
    for i, layer in corpus.layers[source].items():
        for mention in layer.mentions:
            if _rules(corpus, mention.type).everywhere:
                documents[corpus.documents[i][mention.span], mention.type].add(i)
    return {text: kind for (text, kind), ids in documents.items() if len(ids) >= _COMMON}


def _unmarked_repeats(
    corpus: Corpus, document: Document, layer: Layer, common: dict[str, str]
) -> Iterator[tuple[int, str, str]]:
    expected = dict(common)
    for mention in layer.mentions:
        if _rules(corpus, mention.type).everywhere:
            expected[document[mention.span]] = mention.type
    covered = [mention.span for mention in layer.mentions]
    # The longest first: where a name is missed, the shorter one within it is no second finding.
    for text, kind in sorted(expected.items(), key=lambda item: -len(item[0])):
        # A brand that is spelt as an ordinary word would be found in every other sentence.
        if text[0].islower():
            continue
        for match in re.finditer(rf"(?<!\w){re.escape(text)}(?!\w)", document.text):
            span = Span(*match.span())
            if not any(mark.overlaps(span) for mark in covered):
                covered.append(span)
                yield span.start, "", f"{text!r} is {kind} elsewhere: {_around(document, span)}"


def _unmarked_patterns(
    corpus: Corpus, document: Document, layer: Layer
) -> Iterator[tuple[int, str, str]]:
    for kind in corpus.schema.mentions.values():
        if kind.looks_like is None:
            continue
        marked = [mention.span for mention in layer.mentions]
        for match in kind.looks_like.finditer(document.text):
            if not match[0]:
                continue
            span = Span(*match.span())
            if not any(mark.overlaps(span) for mark in marked):
                yield span.start, "", f"looks like {kind.name}: {_around(document, span)}"


def _unused(corpus: Corpus, document: Document, layer: Layer) -> Iterator[tuple[int, str, str]]:
    touching: dict[str, set[str]] = defaultdict(set)
    for relation in layer.relations:
        touching[relation.head].add(relation.type)
        touching[relation.tail].add(relation.type)
    for mention in layer.mentions:
        needs = _rules(corpus, mention.type).needs
        if needs and not touching[mention.id] & set(needs):
            yield (
                mention.span.start,
                mention.id,
                f"{mention.type} without {' or '.join(needs)}: {_around(document, mention.span)}",
            )


def _second_ends(
    corpus: Corpus, document: Document, layer: Layer
) -> Iterator[tuple[int, str, str]]:
    """Relations that give a head a second tail, or a tail a second head, where one is usual."""
    ends: dict[tuple[str, str, str], list[str]] = defaultdict(list)
    for relation in layer.relations:
        kind = corpus.schema.relations.get(relation.type)
        if kind is None or not {relation.head, relation.tail} <= layer.by_id.keys():
            continue
        if kind.one_tail:
            ends[relation.head, relation.type, "tails"].append(relation.tail)
        if kind.one_head:
            ends[relation.tail, relation.type, "heads"].append(relation.head)
    for (item, name, which), others in ends.items():
        if len(others) > 1:
            span = layer.by_id[item].span
            reason = f"{len(others)} {which} of {name} ({', '.join(others)}), where one is usual"
            yield span.start, item, f"{reason}: {_around(document, span)}"


def _within_own_type(
    corpus: Corpus, document: Document, layer: Layer
) -> Iterator[tuple[int, str, str]]:
    if not corpus.schema.flat_types:
        return
    last: dict[str, Mention] = {}
    for mention in sorted(layer.mentions, key=lambda m: (m.span.start, -m.span.end)):
        outer = last.get(mention.type)
        if outer is None or mention.span.end > outer.span.end:
            last[mention.type] = mention
        else:
            reason = f"{mention.type} within {outer.id}, which is one too"
            yield mention.span.start, mention.id, f"{reason}: {_around(document, mention.span)}"


def _rules(corpus: Corpus, kind: str) -> MentionType:
    return corpus.schema.mentions.get(kind) or MentionType(kind)


def _around(document: Document, span: Span) -> str:
    before = document.text[max(0, span.start - 30) : span.start].replace("\n", " ")
    after = document.text[span.end : span.end + 30].replace("\n", " ")
    return f"...{before}[{document[span]}]{after}..."
