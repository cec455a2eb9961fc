"""One person's actions on a copy of the labels, before any of it counts.

The actions of one post are one step: all of them happen or none, and one undo takes them back.
Whether the outcome may stand is judged once, at the end (see `accord.annotator.store`), so that
a mark and the relations at it may change together.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace

from accord.annotator.actions import Action, RefusedError
from accord.annotator.ghosts import Marks, Suggested, ghosts, keys, label_of, scores
from accord.annotator.labels import Labels
from accord.annotator.state import (
    Fate,
    MentionKey,
    Note,
    RelationKey,
    Status,
    SuggestionKey,
    Verdict,
)
from accord.document import Document, Layer, Mention, Relation, Span
from accord.schema import Schema

LONGEST_NOTE = 10_000


class Draft:
    """Applies actions to `labels`; RefusedError from any of them means that none happened.

    `highest` holds the highest number that was ever given to a mention (T), relation (R) and
    note (N): no id is used twice in a document's history.
    """

    def __init__(
        self,
        document: Document,
        labels: Labels,
        schema: Schema,
        highest: Mapping[str, int],
        *,
        by: str,
        time: str,
        suggested: Suggested | None = None,
    ):
        self.document = document
        self.labels = labels
        self._schema = schema
        self._highest = dict(highest)
        self._by = by
        self._time = time
        self._names: dict[str, str] = {}
        self._suggested = suggested or Suggested(Layer(document.id, ""), "", "")
        self._keys = keys(self._suggested.layer)
        score = scores(self._suggested.layer)
        self._score = {key: score[i] for i, key in self._keys.items()}

    def act(self, actions: Sequence[Action]) -> None:
        """Apply actions in order; they are `accord.annotator.actions.checked`."""
        for action in actions:
            _ACTIONS[str(action["do"])](self, action)
        if self.labels.status in (None, Status.NEW) and any(
            str(action["do"]) != "set_status" for action in actions
        ):
            self.labels.status = Status.STARTED

    def add_mention(self, action: Action) -> None:
        """A mark on a stretch of text."""
        mention = Mention(self._number("T"), self._span(action), action["type"])
        self.labels.mentions[mention.id] = mention
        self._name(action, mention.id)
        self._judge_by_hand(mention)

    def change_mention(self, action: Action) -> None:
        """Another type, start or end."""
        mention = self._mention(action, "id")
        start, end = mention.span.start, mention.span.end
        span = self._span({"start": start, "end": end, **action})
        kind = action.get("type", mention.type)
        changed = replace(mention, span=span, type=kind)
        self.labels.mentions[mention.id] = changed
        self._refate(mention.id, same=lambda key: key == MentionKey(changed.type, changed.span))

    def delete_mention(self, action: Action) -> None:
        """The mark goes, and the relations at it."""
        mention = self._mention(action, "id")
        for relation in list(self.labels.relations.values()):
            if mention.id in (relation.head, relation.tail):
                self._drop_relation(relation)
        del self.labels.mentions[mention.id]
        self._drop(mention.id)

    def add_relation(self, action: Action) -> None:
        """An arrow from head to tail."""
        head, tail = self._mention(action, "head"), self._mention(action, "tail")
        relation = Relation(action["type"], head.id, tail.id, self._number("R"))
        self.labels.relations[relation.id] = relation
        self._name(action, relation.id)
        kind = self._schema.relations.get(relation.type)
        ways = (
            [(head, tail), (tail, head)] if kind is not None and kind.symmetric else [(head, tail)]
        )
        for key in (RelationKey(relation.type, _says(a), _says(b)) for a, b in ways):
            if key in self._score and key not in self.labels.verdicts:
                self._judge(key, Fate.ACCEPTED, relation.id)

    def change_relation(self, action: Action) -> None:
        """Another type, or the other way round."""
        relation = self._relation(action)
        kind = action.get("type", relation.type)
        ends = (relation.head, relation.tail)
        head, tail = reversed(ends) if action.get("reverse") else ends
        changed = replace(relation, type=kind, head=head, tail=tail)
        self.labels.relations[relation.id] = changed
        says = RelationKey(
            kind, _says(self.labels.mentions[head]), _says(self.labels.mentions[tail])
        )
        self._refate(relation.id, same=lambda key: key == says)

    def delete_relation(self, action: Action) -> None:
        """The arrow goes."""
        self._drop_relation(self._relation(action))

    def set_status(self, action: Action) -> None:
        """How far the document is; completing it says that what is still suggested is wrong."""
        status = Status(action["status"])
        self.labels.status = status
        for key, verdict in list(self.labels.verdicts.items()):
            if verdict.fate is Fate.LEFT:
                del self.labels.verdicts[key]
        if status is Status.COMPLETE:
            for ghost in ghosts(self._suggested.layer, self.labels, self._schema):
                if ghost.state == "open":
                    self._judge(ghost.key, Fate.LEFT, None)

    def add_note(self, action: Action) -> None:
        """A remark on a stretch of text."""
        note = Note(
            self._number("N"), self._span(action), self._note_text(action), self._by, self._time
        )
        self.labels.notes[note.id] = note
        self._name(action, note.id)

    def change_note(self, action: Action) -> None:
        """Another wording of a remark."""
        note = self._note(action)
        self.labels.notes[note.id] = replace(
            note, text=self._note_text(action), by=self._by, time=self._time
        )

    def delete_note(self, action: Action) -> None:
        """The remark goes."""
        del self.labels.notes[self._note(action).id]

    def accept(self, action: Action) -> None:
        """Suggestions become labels, with the suggested ends of a relation."""
        standing = self._standing()
        for i in action["ids"]:
            self._accept(self._suggestion(i), standing)

    def accept_above(self, action: Action) -> None:
        """Every open suggestion with this score or more; what would break the schema stays open."""
        open_ones = [
            ghost
            for ghost in ghosts(self._suggested.layer, self.labels, self._schema)
            if ghost.state == "open" and ghost.score >= action["threshold"]
        ]
        open_ones.sort(key=lambda ghost: -ghost.score)
        marks = Marks(
            Mention(ghost.id, ghost.key.span, ghost.key.type)
            for ghost in open_ones
            if isinstance(ghost.key, MentionKey)
        )
        standing = self._standing()
        taken: set[str] = set()
        for ghost in open_ones:
            if isinstance(ghost.key, MentionKey):
                near = marks.overlapping(ghost.key.span)
                if not any(m.id in taken and m.span.crosses(ghost.key.span) for m in near):
                    taken.add(ghost.id)
                    self._accept(ghost.key, standing)
        for ghost in open_ones:
            if isinstance(ghost.key, RelationKey) and all(
                label_of(end, self.labels, standing) for end in (ghost.key.head, ghost.key.tail)
            ):
                self._accept(ghost.key, standing)

    def reject(self, action: Action) -> None:
        """Suggestions that are wrong."""
        for i in action["ids"]:
            self._judge(self._suggestion(i), Fate.REJECTED, None)

    def _accept(self, key: SuggestionKey, standing: dict[MentionKey, str]) -> str:
        if isinstance(key, MentionKey):
            found = label_of(key, self.labels, standing)
            if found is not None:
                return found
            mention = Mention(self._number("T"), key.span, key.type)
            self.labels.mentions[mention.id] = mention
            standing[key] = mention.id
            self._judge(key, Fate.ACCEPTED, mention.id)
            return mention.id
        head, tail = (self._accept(end, standing) for end in (key.head, key.tail))
        relation = Relation(key.type, head, tail, self._number("R"))
        self.labels.relations[relation.id] = relation
        self._judge(key, Fate.ACCEPTED, relation.id)
        return relation.id

    def _standing(self) -> dict[MentionKey, str]:
        return {_says(mention): mention.id for mention in self.labels.mentions.values()}

    def _judge(self, key: SuggestionKey, fate: Fate, label: str | None) -> None:
        model = self._suggested
        self.labels.verdicts[key] = Verdict(
            key, fate, model.model, model.hash, self._score[key], label
        )

    def _judge_by_hand(self, mention: Mention) -> None:
        """A mark made by hand settles the suggestions that it repeats or replaces."""
        says = _says(mention)
        marks = Marks([mention])
        for key in self._score:
            if not isinstance(key, MentionKey) or key in self.labels.verdicts:
                continue
            if key == says:
                self._judge(key, Fate.ACCEPTED, mention.id)
            elif marks.overlapping(key.span) and (
                key.type == mention.type or key.span == mention.span
            ):
                self._judge(key, Fate.CORRECTED, mention.id)

    def _refate(self, label: str, *, same: Callable[[SuggestionKey], bool]) -> None:
        for key, verdict in list(self.labels.verdicts.items()):
            if verdict.label == label:
                fate = Fate.ACCEPTED if same(key) else Fate.CORRECTED
                self.labels.verdicts[key] = replace(verdict, fate=fate)

    def _drop_relation(self, relation: Relation) -> None:
        del self.labels.relations[relation.id]
        self._drop(relation.id)

    def _drop(self, label: str) -> None:
        self.labels.whose.pop(label, None)
        for key, verdict in list(self.labels.verdicts.items()):
            if verdict.label == label:
                self.labels.verdicts[key] = replace(verdict, fate=Fate.REJECTED, label=None)

    def _number(self, letter: str) -> str:
        self._highest[letter] += 1
        return f"{letter}{self._highest[letter]}"

    def _name(self, action: Action, label: str) -> None:
        if "ref" in action:
            self._names[action["ref"]] = label
        if "whose" in action:
            self.labels.whose[label] = tuple(action["whose"])

    def _mention(self, action: Action, field: str) -> Mention:
        i: str = action[field]
        found = self.labels.mentions.get(self._names.get(i, i))
        if found is None:
            raise _missing(i, "mention")
        return found

    def _relation(self, action: Action) -> Relation:
        i: str = action["id"]
        found = self.labels.relations.get(self._names.get(i, i))
        if found is None:
            raise _missing(i, "relation")
        return found

    def _note(self, action: Action) -> Note:
        i: str = action["id"]
        found = self.labels.notes.get(self._names.get(i, i))
        if found is None:
            raise _missing(i, "note")
        return found

    def _suggestion(self, i: str) -> SuggestionKey:
        if i not in self._keys:
            raise RefusedError(
                f"there is no suggestion {i} any more",
                rule="suggestion",
                hint="the model was trained anew; open the document again",
            )
        return self._keys[i]

    def _span(self, action: Action) -> Span:
        start, end = action["start"], action["end"]
        if not 0 <= start < end <= len(self.document.text):
            raise RefusedError(
                f"{start}..{end} is no stretch of this text of {len(self.document.text)} "
                "characters",
                rule="outside",
                hint="mark at least one character, within the text",
            )
        return Span(start, end)

    def _note_text(self, action: Action) -> str:
        text: str = action["text"].strip()
        if not text or len(text) > LONGEST_NOTE:
            raise RefusedError(
                f"a note has 1 to {LONGEST_NOTE:,} characters, not {len(text):,}",
                rule="note",
                hint="write something, or delete the note" if not text else "shorten it",
            )
        return text


def _says(mention: Mention) -> MentionKey:
    return MentionKey(mention.type, mention.span)


def _missing(i: str, what: str) -> RefusedError:
    return RefusedError(
        f"there is no {what} {i}", rule="dangling", hint="it may have been deleted; reload"
    )


_ACTIONS: dict[str, Callable[[Draft, Action], None]] = {
    "add_mention": Draft.add_mention,
    "change_mention": Draft.change_mention,
    "delete_mention": Draft.delete_mention,
    "add_relation": Draft.add_relation,
    "change_relation": Draft.change_relation,
    "delete_relation": Draft.delete_relation,
    "set_status": Draft.set_status,
    "add_note": Draft.add_note,
    "change_note": Draft.change_note,
    "delete_note": Draft.delete_note,
    "accept": Draft.accept,
    "accept_above": Draft.accept_above,
    "reject": Draft.reject,
}
