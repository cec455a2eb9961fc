"""What actions should do to a document, said as plainly as possible: what the tests compare with.

A state is a dictionary; each step keeps a copy of the whole, and undo goes back to it.
"""

from copy import deepcopy

#: Words of the sample corpus's first document that may be marked beside each other.
WORDS = [(0, 4), (9, 14), (24, 34), (37, 41), (42, 49), (50, 60), (66, 79), (66, 74)]


class PlainDocument:
    """Labels as dictionaries by id; steps as whole copies."""

    def __init__(self):
        self.now = {"mentions": {}, "relations": {}, "notes": {}, "status": "new"}
        self.done, self.undone = [], []
        self.highest = {"T": 0, "R": 0, "N": 0}

    def after(self, actions):
        """The state that a post leads to; the document itself stays. None for nothing to undo."""
        other = deepcopy(self)
        return other if other.post(actions) else None

    def post(self, actions):
        """One post is one step; False if there is nothing to undo or redo."""
        before = deepcopy(self.now)
        do = actions[0]["do"]
        if do in ("undo", "redo"):
            here, there = (self.done, self.undone)[:: 1 if do == "undo" else -1]
            if not here:
                return False
            there.append(before)
            self.now = here.pop()
            return True
        names = {}
        for action in actions:
            self._act(action, names)
        if self.now["status"] == "new" and any(a["do"] != "set_status" for a in actions):
            self.now["status"] = "started"
        if self.now != before:
            self.done.append(before)
            self.undone = []
        return True

    def _act(self, action, names):
        now = self.now
        i = names.get(action.get("id"), action.get("id"))
        match action["do"]:
            case "add_mention":
                new = self._new("T", action, names)
                now["mentions"][new] = (action["type"], action["start"], action["end"])
            case "change_mention":
                old = now["mentions"][i]
                fields = ("type", "start", "end")
                now["mentions"][i] = tuple(
                    action.get(field, was) for field, was in zip(fields, old, strict=True)
                )
            case "delete_mention":
                del now["mentions"][i]
                for r, (_, head, tail) in list(now["relations"].items()):
                    if i in (head, tail):
                        del now["relations"][r]
            case "add_relation":
                ends = [names.get(action[end], action[end]) for end in ("head", "tail")]
                now["relations"][self._new("R", action, names)] = (action["type"], *ends)
            case "change_relation":
                kind, head, tail = now["relations"][i]
                if action.get("reverse"):
                    head, tail = tail, head
                now["relations"][i] = (action.get("type", kind), head, tail)
            case "delete_relation":
                del now["relations"][i]
            case "add_note":
                place = (action["start"], action["end"], action["text"])
                now["notes"][self._new("N", action, names)] = place
            case "delete_note":
                del now["notes"][i]
            case "set_status":
                now["status"] = action["status"]

    def _new(self, letter, action, names):
        self.highest[letter] += 1
        new = f"{letter}{self.highest[letter]}"
        if "ref" in action:
            names[action["ref"]] = new
        return new


def of_json(document):
    """The same form from what the server sends."""
    return {
        "mentions": {m["id"]: (m["type"], m["start"], m["end"]) for m in document["mentions"]},
        "relations": {r["id"]: (r["type"], r["head"], r["tail"]) for r in document["relations"]},
        "notes": {n["id"]: (n["start"], n["end"], n["text"]) for n in document["notes"]},
        "status": document["status"],
    }


def of_state(state):
    """The same form from a `State`."""
    return {
        "mentions": {m.id: (m.type, m.span.start, m.span.end) for m in state.mentions},
        "relations": {r.id: (r.type, r.head, r.tail) for r in state.relations},
        "notes": {n.id: (n.span.start, n.span.end, n.text) for n in state.notes},
        "status": state.status.value,
    }


def some_actions(plain, choice, statuses=("started", "discuss")):
    """A post that the schema allows for that document, chosen at random."""
    mentions = plain.now["mentions"]
    taken = {(start, end) for _, start, end in mentions.values()}
    free = [place for place in WORDS if place not in taken]
    options = ["undo", "redo", "note", "status"]
    options += (
        ["delete"] * bool(mentions) + ["add"] * 4 * bool(free) + ["two"] * 3 * (len(free) > 1)
    )
    match choice.choice(options):
        case "add":
            return [_mark(choice.choice(free))]
        case "two":
            head, tail = choice.sample(free, 2)
            relation = {"do": "add_relation", "type": "same_as", "head": "$1", "tail": "$2"}
            return [{**_mark(head), "ref": "$1"}, {**_mark(tail), "ref": "$2"}, relation]
        case "delete":
            return [{"do": "delete_mention", "id": choice.choice(list(mentions))}]
        case "note":
            return [{"do": "add_note", "start": 0, "end": 4, "text": "a wave 🌊, and\nmore"}]
        case "status":
            return [{"do": "set_status", "status": choice.choice(statuses)}]
        case do:
            return [{"do": do}]


def _mark(place):
    return {"do": "add_mention", "type": "ORG", "start": place[0], "end": place[1]}
