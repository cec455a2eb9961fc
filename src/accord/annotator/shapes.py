"""The shapes of the API's answers, and of decisions, as JSON Schema (draft 2020-12)."""

from typing import Any

from accord.annotator.state import Fate, Status

Json = dict[str, Any]

TEXT: Json = {"type": "string"}
WHOLE: Json = {"type": "integer"}
NUMBER: Json = {"type": "number"}
FLAG: Json = {"type": "boolean"}
_COUNT: Json = {"type": "integer", "minimum": 0}
_MAYBE: Json = {"type": ["string", "null"]}


def shape(**fields: Json) -> Json:
    """An object with these fields and no others."""
    return {
        "type": "object",
        "properties": fields,
        "required": list(fields),
        "additionalProperties": False,
    }


def may_lack(described: Json, *names: str) -> Json:
    """The shape, but these fields may be missing."""
    return {**described, "required": [n for n in described["required"] if n not in names]}


def may_have_more(described: Json) -> Json:
    """The shape, but with any other fields: what a request has too much is passed over."""
    return {key: value for key, value in described.items() if key != "additionalProperties"}


def array(items: Json) -> Json:
    """A list."""
    return {"type": "array", "items": items}


def choice(*values: str) -> Json:
    """One of these strings."""
    return {"type": "string", "enum": list(values)}


def edits(**fields: Json) -> Json:
    """How a list of such objects changes (see `accord.annotator.changes`)."""
    return shape(gone=array(TEXT), put=array(shape(**fields, at=_COUNT)))


def thing(name: str) -> Json:
    """What stands under this name among the document's components."""
    return {"$ref": f"#/components/schemas/{name}"}


def _or_null(kind: Json) -> Json:
    return {"anyOf": [kind, {"type": "null"}]}


_PLACE = {"start": _COUNT, "end": _COUNT}
_TITLED = {"id": TEXT, "title": TEXT}
_SUGGESTED = {
    "score": NUMBER,
    "state": choice("open", "blocked", *(fate.value for fate in Fate)),
}
_STATUS = choice(*(status.value for status in Status))
_MENTION = {"id": TEXT, "type": TEXT, **_PLACE}
_RELATION = {"id": TEXT, "type": TEXT, "head": TEXT, "tail": TEXT}
_NOTE = {"id": TEXT, **_PLACE, "text": TEXT, "by": TEXT, "time": TEXT}
_SHORT = {
    "status": _STATUS,
    "problems": array(thing("Problem")),
    "undo": _MAYBE,
    "redo": _MAYBE,
    "file": choice("none", "current", "behind", "conflict"),
}
_MODEL = _or_null(shape(name=TEXT, hash=TEXT))
_ORDERS = array(shape(name=TEXT, text=TEXT))
_ENDS = {"head": thing("Mention"), "tail": thing("Mention")}
_LABEL = {"anyOf": [thing("Mention"), shape(id=TEXT, type=TEXT, **_ENDS)]}
_SAID = may_have_more(shape(type=TEXT, **_PLACE))
_OTHER = {
    "anyOf": [_SAID, may_have_more(shape(type=TEXT, head=_SAID, tail=_SAID)), {"type": "null"}]
}

_DECISION = may_have_more(
    may_lack(shape(difference=TEXT, take=array(TEXT), other=_OTHER), "take", "other")
)

SHAPES: Json = {
    "Error": may_lack(shape(error=TEXT, hint=TEXT, rule=TEXT), "rule"),
    "Conflict": may_lack(
        shape(error=TEXT, hint=TEXT, current=thing("Document"), stale=FLAG), "current", "stale"
    ),
    "Mention": shape(**_MENTION),
    "Relation": shape(**_RELATION),
    "Note": shape(**_NOTE),
    "Problem": shape(rule=TEXT, text=TEXT, ids=array(TEXT)),
    "Document": shape(
        **_TITLED,
        text=TEXT,
        sha256=TEXT,
        version=_COUNT,
        basis=TEXT,
        mentions=array(thing("Mention")),
        relations=array(thing("Relation")),
        notes=array(thing("Note")),
        suggestions=shape(
            mentions=array(shape(**_MENTION, **_SUGGESTED)),
            relations=array(shape(**_RELATION, **_SUGGESTED)),
            error=_MAYBE,
        ),
        **_SHORT,
    ),
    "Changes": shape(
        id=TEXT,
        since=_COUNT,
        version=_COUNT,
        basis=TEXT,
        mentions=edits(**_MENTION),
        relations=edits(**_RELATION),
        notes=edits(**_NOTE),
        suggestions=shape(
            mentions=edits(**_MENTION, **_SUGGESTED),
            relations=edits(**_RELATION, **_SUGGESTED),
            error=_MAYBE,
        ),
        **_SHORT,
    ),
    "Acted": {"anyOf": [thing("Document"), thing("Changes")]},
    "Documents": shape(
        documents=array(
            may_lack(
                shape(
                    **_TITLED,
                    words=_COUNT,
                    status=_STATUS,
                    mentions=_COUNT,
                    relations=_COUNT,
                    suggestions=_COUNT,
                    discussed=_COUNT,
                    problem=TEXT,
                ),
                "problem",
            )
        ),
        progress=shape(complete=_COUNT, total=_COUNT),
    ),
    "Session": shape(
        person=TEXT,
        layer=TEXT,
        layers=array(TEXT),
        can_write=FLAG,
        schema=shape(
            mentions=array(shape(type=TEXT, key=TEXT, colour=WHOLE, short=TEXT)),
            relations=array(
                shape(
                    type=TEXT,
                    heads=array(TEXT),
                    tails=array(TEXT),
                    symmetric=FLAG,
                    same_type=FLAG,
                    across_paragraphs=FLAG,
                    key=TEXT,
                    short=TEXT,
                )
            ),
        ),
        palette=array({"type": "object"}),
        guidelines=TEXT,
        model=_MODEL,
        orders=_ORDERS,
    ),
    "Exported": shape(written=array(TEXT), conflicts=array(shape(document=TEXT, reason=TEXT))),
    "Next": shape(document=_MAYBE, why=TEXT),
    "Found": shape(
        hits=array(
            may_lack(
                shape(
                    document=TEXT,
                    **_PLACE,
                    kind=choice("text", "mention", "relation", "note"),
                    id=TEXT,
                    snippet=TEXT,
                    match={"type": "array", "items": _COUNT, "minItems": 2, "maxItems": 2},
                ),
                "id",
            )
        ),
        more=FLAG,
    ),
    "Orders": shape(orders=_ORDERS, random=shape(share=NUMBER, seed=WHOLE)),
    "Training": shape(
        state=choice("idle", "training", "failed", "ready"),
        stage=TEXT,
        step=_COUNT,
        of=_COUNT,
        loss={"type": ["number", "null"]},
        score={"type": ["number", "null"]},
        message=TEXT,
        name=TEXT,
        suggesting=_MODEL,
    ),
    "Agreement": shape(layers=array(TEXT), result={"type": ["object", "null"]}),
    "Compared": shape(
        **_TITLED,
        text=TEXT,
        layers=array(
            shape(
                layer=TEXT,
                mentions=array(thing("Mention")),
                relations=array(thing("Relation")),
            )
        ),
    ),
    "Adjudication": shape(
        gold=TEXT,
        all=array(TEXT),
        layers=array(TEXT),
        documents=array(
            may_lack(
                shape(
                    **_TITLED,
                    points=_COUNT,
                    open=_COUNT,
                    unfinished=array(TEXT),
                    done=FLAG,
                    written=FLAG,
                    problem=TEXT,
                ),
                *("title", "points", "open", "unfinished", "done", "written", "problem"),
            )
        ),
    ),
    "Table": shape(
        **_TITLED,
        text=TEXT,
        version=_COUNT,
        layers=array(TEXT),
        unfinished=array(TEXT),
        mentions=array(shape(id=TEXT, type=TEXT, **_PLACE, whose=array(TEXT))),
        relations=array(shape(id=TEXT, type=TEXT, head=TEXT, tail=TEXT, whose=array(TEXT))),
        sides=array(
            shape(
                layer=TEXT,
                mentions=array(thing("Mention")),
                relations=array(thing("Relation")),
            )
        ),
        points=array(
            shape(
                id=TEXT,
                target=choice("mention", "relation"),
                **_PLACE,
                labels={"type": "object", "additionalProperties": _LABEL},
                decision=_or_null(shape(take=array(TEXT), other=_or_null(_LABEL))),
            )
        ),
        waiting=array(_LABEL),
        fallen=array(shape(label=_LABEL, layers=array(TEXT), reason=TEXT)),
        done=FLAG,
        written=FLAG,
        undo=FLAG,
        redo=FLAG,
    ),
    "Writing": may_have_more(
        may_lack(shape(layers=array(TEXT), overwrite=array(TEXT)), "overwrite")
    ),
    "Decisions": {
        "anyOf": [
            may_have_more(
                may_lack(
                    shape(
                        layers=array(TEXT),
                        version=WHOLE,
                        do=choice("decide"),
                        decisions=array(_DECISION),
                    ),
                    "do",
                )
            ),
            may_have_more(shape(layers=array(TEXT), version=WHOLE, do=choice("undo", "redo"))),
        ]
    },
}
