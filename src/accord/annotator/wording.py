"""What a step did, in a few words: for "undo: ..." and for whoever reads a journal."""

from collections.abc import Mapping, Sequence
from typing import Any

from accord.annotator.labels import Change, Labels
from accord.document import Document, Mention, Relation, Span

_SHOWN = 40


def describe(
    actions: Sequence[Mapping[str, Any]], change: Change, before: Labels, document: Document
) -> str:
    """A short description of the actions of one post."""
    counts = {str(action["do"]) for action in actions}
    if len(actions) == 1:
        return _one(actions[0], change, before, document)
    if counts <= {"accept", "accept_above"}:
        return _accepted(change)
    return f"{len(actions)} actions"


def _one(action: Mapping[str, Any], change: Change, before: Labels, document: Document) -> str:
    gone, come = change.removed, change.added
    match action["do"]:
        case "add_mention":
            return f"mark {_mention(next(iter(come.mentions.values())), document)}"
        case "change_mention":
            old = next(iter(gone.mentions.values()), None)
            new = next(iter(come.mentions.values()), None)
            if old is None or new is None:
                return "change a mark"
            if old.span == new.span:
                return f"change {_mention(old, document)} to {new.type}"
            return f"move {_mention(old, document)} to {_quoted(document, new.span)}"
        case "delete_mention":
            mention = before.mentions[action["id"]]
            relations = len(gone.relations)
            with_them = f" and {relations} relation{'s'[: relations > 1]}" if relations else ""
            return f"delete {_mention(mention, document)}{with_them}"
        case "add_relation":
            relation = next(iter(come.relations.values()))
            return f"relate {_relation(relation, before, document)}"
        case "change_relation":
            turned = next(iter(come.relations.values()), None)
            if turned is None:
                return "change a relation"
            return f"change to {_relation(turned, before, document)}"
        case "delete_relation":
            return f"delete {_relation(before.relations[action['id']], before, document)}"
        case "set_status":
            return f"set to {action['status']}"
        case "add_note" | "change_note" | "delete_note" as do:
            return f"{do.partition('_')[0]} a note"
        case "reject":
            count = len(change.added.verdicts)
            return f"reject {count} suggestion{'s'[: count != 1]}"
        case _:
            return _accepted(change)


def _accepted(change: Change) -> str:
    count = len(change.added.verdicts)
    return f"accept {count} suggestion{'s'[: count != 1]}"


def _mention(mention: Mention, document: Document) -> str:
    return f"{mention.type} {_quoted(document, mention.span)}"


def _relation(relation: Relation, labels: Labels, document: Document) -> str:
    head, tail = (
        _quoted(document, labels.mentions[end].span) if end in labels.mentions else end
        for end in (relation.head, relation.tail)
    )
    return f"{head} {relation.type} {tail}"


def _quoted(document: Document, span: Span) -> str:
    words = " ".join(document[span].split())
    return f"“{words if len(words) <= _SHOWN else words[: _SHOWN - 1] + '…'}”"
