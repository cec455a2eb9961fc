"""spaCy's DocBin (``.spacy``): what `spacy train` reads and any spaCy pipeline can load.

Format: https://spacy.io/api/docbin (version 0.1: zlib around msgpack, no pickle). Each document
is a Doc of spaCy's own English tokens whose text is the document's, character by character, with

- ``doc.spans["sc"]``: all mentions, nested and crossing too, with label and id; the key is the one
  that spaCy's span categoriser trains on. A mark that ends inside a token has the whole token;
- ``doc.ents``: the outermost of them without white space at their ends, for spaCy's NER;
- ``doc.spans["paragraphs"]``: the paragraphs;
- ``doc._.relations``: ``{"id", "type", "head", "tail", "score"}``, where head and tail are ids of
  spans; say ``Doc.set_extension("relations", default=())`` before you read it;
- ``doc.user_data["accord"]``: the document's id and metadata, source, completion, and for each
  mention its exact characters and its score.

So nothing is lost in writing. Read, the spans are what counts: an exact offset is believed only
while it still lies in its span's tokens, so labels may be changed in spaCy. Without ``"sc"`` the
entities are read. What else a Doc holds (tags, trees, categories, other groups) is reported.
"""

import zlib
from bisect import bisect_left, bisect_right
from collections.abc import Callable, Iterator, Mapping, Sequence
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, Any

from accord.counted import counted
from accord.document import Document, Layer, Mention, Relation, Span
from accord.errors import FormatError
from accord.files import read_bytes, write_bytes
from accord.formats import Labelled, Loss, Reading
from accord.formats.naming import Names
from accord.formats.records import Record, shown
from accord.formats.sound import sound
from accord.schema import Schema

if TYPE_CHECKING:
    from spacy.tokens import Doc, DocBin
    from spacy.tokens import Span as DocSpan

MENTIONS = "sc"
PARAGRAPHS = "paragraphs"
OURS = "accord"
RELATIONS = ("._.", "relations", None, None)  # where spaCy keeps doc._.relations

#: A file may unpack to no more bytes than this; a few kilobytes can be made to fill any memory.
MOST_BYTES = 1 << 30

_ATTRIBUTES = ("ENT_IOB", "ENT_TYPE")
_ANNOTATIONS = ("TAG", "POS", "MORPH", "LEMMA", "DEP", "ENT_KB_ID", "ENT_ID")


def read(path: Path, schema: Schema) -> Reading:  # noqa: ARG001
    """Documents with their labels; types are kept whether the schema knows them or not.

    Raises FormatError if the file is no DocBin, is damaged, or unpacks to more than MOST_BYTES.
    """
    items: dict[str, Labelled] = {}
    losses: list[Loss] = []
    for number, doc in enumerate(_docs(path), start=1):
        item, lost = _read_doc(doc, path, number)
        if item.document.id in items:
            raise FormatError(
                f"document {number}: {item.document.id!r} stands in the file already", path=path
            )
        items[item.document.id] = item
        losses += lost
    return Reading(tuple(items.values()), tuple(losses))


def write(
    path: Path,
    items: Sequence[Labelled],
    schema: Schema,  # noqa: ARG001
    *,
    dry: bool = False,
) -> tuple[Loss, ...]:
    """Write all documents to one file; nothing is lost."""
    wanted = sound(items)
    if not dry:
        from spacy.tokens import DocBin

        tokenizer = _tokenizer()
        docs = (_doc(item, tokenizer(item.document.text)) for item in wanted)
        data = DocBin(attrs=_ATTRIBUTES, store_user_data=True, docs=docs).to_bytes()
        write_bytes(path, data)
    return ()


@cache
def _tokenizer() -> "Callable[[str], Doc]":
    """The English rules of spaCy; making them takes longer than a file of a hundred documents."""
    import spacy

    return spacy.blank("en").tokenizer


def _doc(item: Labelled, doc: "Doc") -> "Doc":
    from spacy.tokens import SpanGroup
    from spacy.util import filter_spans

    document, layer = item.document, item.layer
    if doc.text != document.text:
        raise FormatError(f"{document.id}: spaCy cannot hold this text; its tokens change it")
    spans = [
        _token_span(doc, mention.span, label=mention.type, span_id=mention.id)
        for mention in layer.mentions
    ]
    doc.spans[MENTIONS] = SpanGroup(doc, name=MENTIONS, spans=spans)
    paragraphs = [_token_span(doc, paragraph) for paragraph in document.paragraphs]
    doc.spans[PARAGRAPHS] = SpanGroup(doc, name=PARAGRAPHS, spans=paragraphs)
    named = [span for span in spans if span.label_ and span.text == span.text.strip()]
    doc.ents = filter_spans(named)
    # spaCy's stubs call the keys of user_data strings; those of extensions are tuples.
    data: dict[Any, Any] = doc.user_data
    data[RELATIONS] = [
        {"id": r.id, "type": r.type, "head": r.head, "tail": r.tail, "score": r.score}
        for r in layer.relations
    ]
    data[OURS] = {
        "document": document.id,
        "meta": dict(document.meta),
        "source": layer.source,
        "complete": layer.complete,
        "mentions": [
            {"id": m.id, "start": m.span.start, "end": m.span.end, "score": m.score}
            for m in layer.mentions
        ],
    }
    return doc


def _token_span(doc: "Doc", span: Span, label: str = "", span_id: str = "") -> "DocSpan":
    from spacy.tokens import Span as DocSpan

    return DocSpan(doc, *_tokens(doc, span), label=label, span_id=span_id)


def _tokens(doc: "Doc", span: Span) -> tuple[int, int]:
    """The tokens that hold the span; the space after a token, which is none to spaCy, is its."""
    starts = [token.idx for token in doc]
    return bisect_right(starts, span.start) - 1, bisect_left(starts, span.end)


def _docs(path: Path) -> "Iterator[Doc]":
    data = read_bytes(path)
    _unpacked_size(data, path)
    from spacy.tokens import DocBin
    from spacy.vocab import Vocab

    try:
        packed = DocBin().from_bytes(data)
        _whole(packed, data)
        docs = list(packed.get_docs(Vocab()))
    except Exception as error:  # whatever spaCy stumbles over, the file is the reason
        raise FormatError(f"not a DocBin that spaCy can load: {error}", path=path) from None
    yield from docs


def _whole(packed: "DocBin", data: bytes) -> None:
    """ValueError if lengths do not add up: spaCy would pass over tokens without a word."""
    import srsly

    message = srsly.msgpack_loads(zlib.decompress(data))
    lengths = memoryview(message["lengths"]).cast("i").tolist()
    size = 8 * len(packed.attrs) * sum(lengths)
    if any(length < 0 for length in lengths) or len(message["tokens"]) != size:
        raise ValueError(f"{len(message['tokens'])} bytes of tokens, but {size} are announced")
    count = len(packed.tokens)
    parts = (packed.spaces, packed.cats, packed.span_groups, packed.user_data, packed.flags)
    if any(len(part) != count for part in parts):
        raise ValueError(f"its lists are not all of {count} documents")
    for tokens, spaces in zip(packed.tokens, packed.spaces, strict=True):
        if len(tokens) != len(spaces):
            raise ValueError(f"{len(tokens)} tokens, but {len(spaces)} flags of spaces after them")


def _unpacked_size(data: bytes, path: Path) -> None:
    """Unpack without keeping anything; FormatError if it is damaged or far too large."""
    unpacker = zlib.decompressobj()
    size, rest = 0, data
    try:
        while rest and not unpacker.eof:
            size += len(unpacker.decompress(rest, 1 << 20))
            rest = unpacker.unconsumed_tail
            if size > MOST_BYTES:
                raise FormatError(
                    f"unpacks to more than {MOST_BYTES:,} bytes; split it into smaller files",
                    path=path,
                )
    except zlib.error as error:
        raise FormatError(f"not a DocBin: {error}", path=path) from None
    if not unpacker.eof:
        raise FormatError("not a DocBin, or cut off: its packed data has no end", path=path)


def _read_doc(doc: "Doc", path: Path, number: int) -> tuple[Labelled, list[Loss]]:
    ours = doc.user_data.get(OURS)
    if ours is not None and not isinstance(ours, Mapping):
        raise FormatError(f"document {number}: {OURS!r} in its user data is no mapping", path=path)
    record = Record(_lists(ours or {}), path, None, f"document {number}")
    name = record.name_of("document") if ours else f"{path.stem}-{number}"
    losses = list(_other_content(doc, name))
    meta = record.record("meta")
    document = Document(name, doc.text, {k: meta.string(k) for k in meta.values} if meta else {})
    mentions = tuple(_mentions(doc, record))
    if MENTIONS in doc.spans:
        marked = {(m.span, m.type) for m in mentions}
        exact = {(span.start_char, span.end_char, span.label_) for span in doc.spans[MENTIONS]}
        for entity in doc.ents:
            at = (entity.start_char, entity.end_char)
            if (*at, entity.label_) not in exact and (Span(*at), entity.label_) not in marked:
                losses.append(Loss("entity that is no span", name, entity.label_, entity.text))
    relations, lost = _relations(doc, record, name, {mention.id for mention in mentions})
    source = record.string("source", path.stem)
    complete = record.flag("complete", default=True)
    layer = Layer(name, source, mentions, relations, complete)
    return Labelled(document, layer), losses + lost


def _mentions(doc: "Doc", record: Record) -> Iterator[Mention]:
    exact = {entry.string("id"): entry for entry in record.records("mentions")}
    spans = list(doc.spans[MENTIONS]) if MENTIONS in doc.spans else list(doc.ents)
    names = Names("T", {span.id_ for span in spans if span.id_})
    given: set[str] = set()
    for span in spans:
        if not 0 <= span.start < span.end <= len(doc):
            raise record.error(
                f"a span of tokens {span.start}..{span.end}, but there are {len(doc)} tokens"
            )
        text = Span(span.start_char, span.end_char)
        if text.end > len(doc.text):
            raise record.error(f"a span ends at {text.end}, past its text of {len(doc.text)}")
        if span.id_ in given and (span.id_ or "" in exact):
            raise record.error(f"two spans have the id {span.id_!r}")
        given.add(span.id_)
        score = None
        entry = exact.get(span.id_)
        if entry is not None:
            score = entry.number("score")
            start, end = entry.integer("start"), entry.integer("end")
            # Somebody may have moved the span since: then its tokens are right, not the offsets.
            if 0 <= start < end <= len(doc.text):
                exactly = Span(start, end)
                text = exactly if _tokens(doc, exactly) == (span.start, span.end) else text
        name = span.id_ if span.id_ or entry is not None else names.give()
        yield Mention(name, text, span.label_, score)


def _relations(
    doc: "Doc", record: Record, name: str, ids: set[str]
) -> tuple[tuple[Relation, ...], list[Loss]]:
    data: dict[Any, Any] = doc.user_data
    value = data.get(RELATIONS, ())
    if not isinstance(value, list | tuple) or not all(isinstance(r, Mapping) for r in value):
        return (), [Loss("relations of another form", name, "relations", shown(_lists(value)))]
    relations, losses = [], []
    for entry in Record({"relations": _lists(value)}, record.path, None, record.name).records(
        "relations"
    ):
        relation = Relation(
            entry.string("type"),
            entry.string("head"),
            entry.string("tail"),
            entry.string("id", ""),
            entry.number("score"),
        )
        missing = [end for end in (relation.head, relation.tail) if end not in ids]
        if missing:
            # Not an error: whoever deletes a span in spaCy has no reason to look for its arrows.
            label = relation.id or relation.type
            losses.append(Loss("relation of a span that is gone", name, label, missing[0]))
        else:
            relations.append(relation)
    return tuple(relations), losses


def _other_content(doc: "Doc", name: str) -> Iterator[Loss]:
    for key in doc.spans:
        if key not in (MENTIONS, PARAGRAPHS):
            yield Loss("span group", name, key, counted(len(doc.spans[key]), "span"))
    for category in doc.cats:
        yield Loss("category", name, category)
    for key in doc.user_data:
        if key not in (OURS, RELATIONS):
            yield Loss("user data", name, str(key[1] if isinstance(key, tuple) else key))
    for attribute in _ANNOTATIONS:
        if len(doc) and doc.has_annotation(attribute):
            yield Loss("token annotation", name, attribute)


def _lists(value: Any) -> Any:
    """Plain values with lists where msgpack gave tuples, as `Record` wants them."""
    if isinstance(value, Mapping):
        return {str(key): _lists(inner) for key, inner in value.items()}
    if isinstance(value, list | tuple):
        return [_lists(inner) for inner in value]
    return value
