"""UIMA's CAS, a text with typed annotations, as a labelled document and back; by dkpro-cassis.

A CAS holds one document, so both formats (`uima_json`, `uima_xmi`) are folders with a file for
each. Its mentions and relations are annotations of the layers in `uima_layers`; words and
paragraphs go along as DKPro's tokens and sentences, which INCEpTION shows and would else guess.
The document's metadata, its source and its completion are ``MetaDataStringField``s, which
INCEpTION keeps; the latter two have keys of our own.

UIMA counts UTF-16 units; cassis converts when it reads and writes. cassis believes what it reads,
so the file is checked before and the annotations after, and its warnings are errors here.

Read, a custom layer without a feature for the label gives its own name as the type. Other layers,
further features, views and marks of no characters are losses; tokens and sentences are no labels,
and what INCEpTION notes for itself is passed over, but for the annotator's name: it is the source.
"""

import warnings
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Sequence
from pathlib import Path
from types import MappingProxyType
from typing import Any

from accord.document import Document, Layer, Mention, Relation, Span
from accord.errors import FormatError, MissingExtraError
from accord.formats import Labelled, Loss, Reading
from accord.formats.folder import (
    check_folder_name,
    check_free,
    check_name,
    named_files,
    write_folder,
)
from accord.formats.naming import Names
from accord.formats.sound import sound
from accord.formats.tokens import words
from accord.formats.uima_layers import (
    DKPRO,
    FILE_NAME,
    HEAD,
    IDENTIFIER,
    LABEL,
    MENTION,
    METADATA,
    RELATION,
    SCORE,
    SENTENCE,
    TAIL,
    TOKEN,
    TYPE_SYSTEM,
    WHO,
    is_span_layer,
    label_feature,
    short,
)

SOURCE_KEY, COMPLETE_KEY = "accord:source", "accord:complete"

VIEW = "_InitialView"
_DOCUMENT = "uima.tcas.DocumentAnnotation"
_ANNOTATION = "uima.tcas.Annotation"
_STRING = "uima.cas.String"
_PLAIN = {"begin", "end", "sofa", "xmiID", "type"}


def read_documents(
    path: Path, suffix: str, read_one: Callable[[Path, str, str], tuple[Labelled, Sequence[Loss]]]
) -> Reading:
    """A file, or all of a suffix below a folder.

    `read_one` is given the file, the document's id, and the source of a file that names none.
    """
    items: list[Labelled] = []
    losses: list[Loss] = []
    for file, name in named_files(path, suffix):
        item, lost = read_one(file, name, path.absolute().stem)
        items.append(item)
        losses += lost
    return Reading(tuple(items), tuple(losses))


def write_documents(
    path: Path,
    items: Sequence[Labelled],
    suffix: str,
    held: Callable[[Labelled], tuple[Labelled | None, Iterable[Loss]]],
    text: Callable[[Labelled], str],
    *,
    dry: bool,
) -> tuple[Loss, ...]:
    """Write a folder, new or empty, with a file for each document and the type system.

    `held` says what of an item the format can hold (None: the document is left out) and what is
    lost; `text` is what stands in its file. Raises ConflictError for a folder in use, and
    InputError for a document id that is no path within the folder.
    """
    check_folder_name(path, suffix)
    losses: list[Loss] = []
    files = {FILE_NAME: TYPE_SYSTEM.encode()}
    for whole in sound(items):
        check_name(whole.document.id)
        item, lost = held(whole)
        losses += lost
        if item is not None and not dry:
            files[f"{item.document.id}{suffix}"] = text(item).encode()
    check_free(path)
    if not dry:
        write_folder(path, files)
    return tuple(losses)


def cassis() -> Any:
    """The library; MissingExtraError naming the extra if it is not installed."""
    try:
        import cassis
    except ImportError:
        raise MissingExtraError("dkpro-cassis", "uima") from None
    return cassis


def own_layers() -> Any:
    """Our layers as cassis' TypeSystem."""
    return cassis().load_typesystem(TYPE_SYSTEM)


def as_cas(item: Labelled, layers: Any) -> Any:
    """The document with its labels as a Cas of these layers (see `own_layers`)."""
    document, layer = item.document, item.layer
    cas = cassis().Cas(typesystem=layers, sofa_string=document.text, sofa_mime="text/plain")
    token, sentence, field = (layers.get_type(name) for name in (TOKEN, SENTENCE, METADATA))
    details = {**document.meta, SOURCE_KEY: layer.source, COMPLETE_KEY: _flag(layer.complete)}
    for key, value in details.items():
        cas.add(field(begin=0, end=0, key=key, value=value))
    for paragraph in document.paragraphs:
        cas.add(sentence(begin=paragraph.start, end=paragraph.end))
        for word in words(document[paragraph]):
            cas.add(token(begin=paragraph.start + word.start, end=paragraph.start + word.end))
    marks = {}
    for mention in layer.mentions:
        values = {IDENTIFIER: mention.id, LABEL: mention.type, SCORE: _number(mention.score)}
        span = mention.span
        marks[mention.id] = layers.get_type(MENTION)(begin=span.start, end=span.end, **values)
        cas.add(marks[mention.id])
    for relation in layer.relations:
        head, tail = marks[relation.head], marks[relation.tail]
        values = {LABEL: relation.type, SCORE: _number(relation.score)}
        if relation.id:
            values[IDENTIFIER] = relation.id
        # INCEpTION expects a relation to lie where its tail does.
        place = {"begin": tail.begin, "end": tail.end, HEAD: head, TAIL: tail}
        cas.add(layers.get_type(RELATION)(**place, **values))
    return cas


def unkept_metadata(item: Labelled) -> Iterator[Loss]:
    """Losses of metadata whose key we need for our own."""
    for key, value in item.document.meta.items():
        if key in (SOURCE_KEY, COMPLETE_KEY):
            yield Loss("metadata", item.document.id, key, value)


def loaded(load: Callable[[], Any], path: Path) -> Any:
    """What cassis loads; FormatError for whatever it stumbles over, its warnings too."""
    with warnings.catch_warnings():
        warnings.simplefilter("error", UserWarning)
        try:
            return load()
        except UserWarning as warning:
            raise FormatError(f"cassis warns: {_short(str(warning))}", path=path) from None
        except Exception as error:  # cassis raises of all kinds; the file is the reason
            reason = _short(f"{type(error).__name__}: {error}")
            raise FormatError(f"not a CAS that cassis can load: {reason}", path=path) from None


def from_cas(cas: Any, name: str, source: str, path: Path) -> tuple[Labelled, list[Loss]]:
    """The document of a Cas, named `name`, and what of it has no place here.

    `source` is for a file that names none. Raises FormatError for annotations outside of the text
    and for relations without an end.
    """
    reader = _Reader(cas, name, path)
    given, flag = (reader.details.pop(key, "") for key in (SOURCE_KEY, COMPLETE_KEY))
    layer = Layer(
        name,
        reader.annotator or given or source,
        tuple(reader.mentions.values()),
        tuple(reader.relations),
        flag != _flag(False),
    )
    document = Document(name, reader.text, MappingProxyType(reader.details))
    return Labelled(document, layer), reader.losses


class _Reader:
    """The annotations of a Cas as labels, metadata and losses."""

    def __init__(self, cas: Any, name: str, path: Path):
        self._name, self._path, self._layers = name, path, cas.typesystem
        self.details: dict[str, str] = {}
        self.annotator = ""
        self.losses = [
            Loss("view", name, view.sofa.sofaID) for view in cas.views if view.sofa.sofaID != VIEW
        ]
        view = cas.get_view(VIEW)
        if not isinstance(view.sofa_string, str):
            raise FormatError(f"has no text: {VIEW} has no sofaString", path=path)
        self.text: str = view.sofa_string
        marks, arrows = [], []
        for found in sorted(view.select_all_fs(), key=lambda f: f.xmiID):
            type_name = found.type.name
            if self._is_a(found, _DOCUMENT):
                self._take_document(found)
            elif type_name == METADATA:
                self._take_detail(_text(found, "key"), _text(found, "value"))
            elif not self._is_a(found, _ANNOTATION):
                self._pass_over(found)
            elif self._is_relation(found) and is_span_layer(type_name):
                arrows.append(found)
            elif is_span_layer(type_name):
                marks.append(found)
            elif type_name not in (TOKEN, SENTENCE):
                self._pass_over(found)
        self.mentions = self._marks(marks)
        self.relations = [*self._arrows(arrows)]

    def _is_a(self, found: Any, name: str) -> bool:
        return bool(self._layers.is_instance_of(found.type.name, name))

    def _is_relation(self, found: Any) -> bool:
        return {HEAD, TAIL} <= {feature.name for feature in found.type.all_features}

    def _lose(self, what: str, item: str, detail: str) -> None:
        self.losses.append(Loss(what, self._name, item, detail))

    def _pass_over(self, found: Any) -> None:
        if found.type.name == WHO:
            self.annotator = _text(found, "username")
        elif not found.type.name.startswith(f"{DKPRO}clarin.webanno."):
            span = self._span(found) if self._is_a(found, _ANNOTATION) else None
            quoted = self.text[span.start : span.end] if span else ""
            self._lose("annotation of another layer", short(found.type.name), quoted)

    def _take_document(self, found: Any) -> None:
        for feature in found.type.all_features:
            value = _text(found, feature.name)
            if value and value != "x-unspecified":
                self._take_detail(feature.name, value)

    def _take_detail(self, key: str, value: str) -> None:
        if self.details.setdefault(key, value) != value:
            self._lose("metadata", key, value)

    def _span(self, found: Any) -> Span | None:
        """Where an annotation lies; None if it is empty."""
        start, end, size = found.begin, found.end, len(self.text)
        if not (isinstance(start, int) and isinstance(end, int) and 0 <= start <= end <= size):
            raise FormatError(
                f"{short(found.type.name)} {found.xmiID} at {str(start)[:20]}..{str(end)[:20]} "
                f"is no stretch of the text's {size} characters",
                path=self._path,
            )
        return Span(start, end) if start < end else None

    def _marks(self, found: list[Any]) -> dict[int, Mention]:
        """The mentions by their number in the CAS."""
        given = [_text(mark, IDENTIFIER) if mark.type.name == MENTION else "" for mark in found]
        for identifier, count in Counter(given).items():
            if identifier and count > 1:
                shown = _short(repr(identifier))
                raise FormatError(f"two mentions have the identifier {shown}", path=self._path)
        names = Names("T", [identifier for identifier in given if identifier])
        mentions = {}
        for mark, identifier in zip(found, given, strict=True):
            span = self._span(mark)
            if span is None:
                self._lose("mark of no characters", short(mark.type.name), f"at {mark.begin}")
                continue
            name = identifier or names.give()
            kind = self._kind(mark, name)
            mentions[mark.xmiID] = Mention(name, span, kind, self._score(mark, MENTION))
        return mentions

    def _arrows(self, found: list[Any]) -> Iterator[Relation]:
        for arrow in found:
            ends = [arrow[HEAD], arrow[TAIL]]
            if None in ends:
                missing = (HEAD, TAIL)[ends.index(None)]
                raise FormatError(
                    f"{short(arrow.type.name)} {arrow.xmiID} has no {missing}", path=self._path
                )
            given = _text(arrow, IDENTIFIER) if arrow.type.name == RELATION else ""
            kind = self._kind(arrow, given or f"{short(arrow.type.name)} {arrow.xmiID}")
            marks = [self.mentions.get(getattr(end, "xmiID", -1)) for end in ends]
            if marks[0] is None or marks[1] is None:
                self._lose("relation of something that is no mention", given, kind)
            else:
                score = self._score(arrow, RELATION)
                yield Relation(kind, marks[0].id, marks[1].id, given, score)

    def _kind(self, found: Any, name: str) -> str:
        """The type that a label says; its layer's name if it says none."""
        strings = [f.name for f in found.type.all_features if f.rangeType.name == _STRING]
        ours = found.type.name in (MENTION, RELATION)
        label = label_feature(s for s in strings if not (ours and s == IDENTIFIER))
        known = _PLAIN | {label, HEAD, TAIL} | ({IDENTIFIER, SCORE} if ours else set())
        for feature in found.type.all_features:
            if feature.name not in known and found[feature.name] is not None:
                self._lose("feature", name, f"{feature.name}: {str(found[feature.name])[:80]}")
        value = found[label] if label else None
        if label and value is None:
            self._lose("label left open", name, f"is read as {short(found.type.name)}")
        return value if isinstance(value, str) else short(found.type.name)

    def _score(self, found: Any, ours: str) -> float | None:
        score = found[SCORE] if found.type.name == ours else None
        return float(score) if isinstance(score, int | float) else None


def _text(found: Any, feature: str) -> str:
    """The value of a string feature; nothing if it has none, or the layer no such feature."""
    value = found[feature]  # a type without a feature "value" has a method of this name
    return value if isinstance(value, str) else ""


def _short(text: str) -> str:
    return " ".join(text.split())[:200]


def _flag(value: bool) -> str:
    return "true" if value else "false"


def _number(score: float | None) -> float | None:
    return None if score is None else float(score)
