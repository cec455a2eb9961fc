"""The UIMA types in which INCEpTION (and WebAnno before it) keeps labels.

A layer of INCEpTION is a type of UIMA's. A span layer is a subtype of ``uima.tcas.Annotation``; a
relation layer is one, too, with the features ``Governor`` (head) and ``Dependent`` (tail). What
people add to a project is named ``webanno.custom.NAME``; the rest is DKPro Core's. Sources: the
user guide and TypeSystemAnalysis.java of https://github.com/inception-project/inception.

Ours are the two custom layers below, each with the type of a label as its feature ``label``.
Import TYPE_SYSTEM into a project first (Settings, Layers): it makes both layers, with every overlap
allowed. Of others' files, any custom span layer and DKPro's NamedEntity are mentions.
"""

from collections.abc import Iterable

MENTION = "webanno.custom.Mention"
RELATION = "webanno.custom.MentionRelation"
HEAD, TAIL = "Governor", "Dependent"
IDENTIFIER, LABEL, SCORE = "identifier", "label", "score"

DKPRO = "de.tudarmstadt.ukp."
TOKEN = DKPRO + "dkpro.core.api.segmentation.type.Token"
SENTENCE = DKPRO + "dkpro.core.api.segmentation.type.Sentence"
NAMED_ENTITY = DKPRO + "dkpro.core.api.ner.type.NamedEntity"
METADATA = DKPRO + "dkpro.core.api.metadata.type.MetaDataStringField"
WHO = DKPRO + "clarin.webanno.api.type.CASMetadata"  # INCEpTION's own, with the annotator's name

FILE_NAME = "TypeSystem.xml"

_STRING, _FLOAT, _SPAN = "uima.cas.String", "uima.cas.Float", "uima.tcas.Annotation"
_LABELS = ((IDENTIFIER, _STRING), (LABEL, _STRING), (SCORE, _FLOAT))
_TYPES = {
    TOKEN: (),
    SENTENCE: (),
    METADATA: (("key", _STRING), ("value", _STRING)),
    MENTION: _LABELS,
    RELATION: ((HEAD, MENTION), (TAIL, MENTION), *_LABELS),
}


def is_span_layer(name: str) -> bool:
    """Whether the annotations of a type, by its name, are mentions: custom ones and names."""
    return name == NAMED_ENTITY or not name.startswith((DKPRO, "uima."))


def label_feature(features: Iterable[str]) -> str | None:
    """Which of a layer's string features holds the type of a label; None if that is unclear."""
    names = [*features]
    known = (name for name in (LABEL, "value") if name in names)
    return next(known, names[0] if len(names) == 1 else None)


def short(name: str) -> str:
    """A type's name without its package."""
    return name.rpartition(".")[2]


def _type(name: str, features: Iterable[tuple[str, str]]) -> str:
    inner = "".join(
        f"        <featureDescription><name>{feature}</name>"
        f"<rangeTypeName>{kind}</rangeTypeName></featureDescription>\n"
        for feature, kind in features
    )
    return (
        f"    <typeDescription>\n      <name>{name}</name>\n"
        f"      <supertypeName>{_SPAN}</supertypeName>\n"
        f"      <features>\n{inner}      </features>\n    </typeDescription>\n"
    )


#: The types as a UIMA type system description (UIMA references, 2.3), an XML file.
TYPE_SYSTEM = (
    '<?xml version="1.0" encoding="UTF-8"?>\n'
    '<typeSystemDescription xmlns="http://uima.apache.org/resourceSpecifier">\n  <types>\n'
    + "".join(_type(name, features) for name, features in _TYPES.items())
    + "  </types>\n</typeSystemDescription>\n"
)
