"""A doccano that lives in memory: the worker's operations, with faults on demand.

It keeps to what the real one does where that matters: an import makes examples first, then marks,
then relations, an export has a file for each member, and labels are seen by their account alone.
"""

import json
import zipfile
from hashlib import sha256
from itertools import count
from pathlib import Path

from accord.bridges.doccano.errors import ServerError
from accord.bridges.doccano.remote import Account
from accord.schema import MentionType, RelationType, Schema

TYPES = ("ORG", "GPE", "Größe-2")
SCHEMA = Schema(
    "any",
    "1",
    {name: MentionType(name) for name in TYPES},
    {
        "pledges": RelationType("pledges", TYPES, TYPES),
        "member_of": RelationType("member_of", TYPES, TYPES),
        "same_as": RelationType("same_as", TYPES, TYPES, symmetric=True),
    },
)


class Interrupted(Exception):  # noqa: N818
    """Stands for the end of our own process."""


class FakeServer:
    """`fault(number, operation, when)` may raise before or after the call of that number."""

    def __init__(self, *users):
        self.ids = count(1)
        self.projects = {}
        self.types = {"span": {}, "relation": {}}
        self.examples = {}
        self.labels = {}
        self.finished = set()
        self.users = list(users)
        self.member_names = []
        self.calls = 0
        self.fault = lambda number, operation, when: None
        self.exports = {}

    def account(self, name):
        return Account(self, name, self.users.index(name) + 1, staff=name == "admin")

    def call(self, operation, **arguments):
        self.calls += 1
        number = self.calls
        self.fault(number, operation, "before")
        value = getattr(self, f"do_{operation}")(**arguments)
        self.fault(number, operation, "after")
        return value

    def pages(self, operation, **arguments):
        self.calls += 1
        self.fault(self.calls, operation, "before")
        examples = list(self.examples.items())[arguments.get("offset", 0) :]
        for start in range(0, len(examples), 2):
            yield [
                {"id": i, "meta": e["meta"], "sha256": sha256(e["text"].encode()).hexdigest()}
                for i, e in examples[start : start + 2]
            ]

    def do_count(self, account, project):
        return len(self.examples)

    def do_projects(self, account):
        return [{"id": i, **project} for i, project in self.projects.items()]

    def do_create_project(self, account, **settings):
        number = next(self.ids)
        self.projects[number] = settings
        self.member_names.append(account)
        return {"id": number, **settings}

    def do_update_project(self, account, project, **changes):
        self.projects[project].update(changes)

    def do_types(self, account, project, of):
        return [{"id": i, **fields} for i, fields in self.types[of].items()]

    def do_create_type(self, account, project, of, **fields):
        assert fields["text"] not in [other["text"] for other in self.types[of].values()]
        self.types[of][next(self.ids)] = {"suffix_key": None, **fields}

    def do_update_type(self, account, project, of, number, **fields):
        self.types[of][number].update(fields)

    def do_members(self, account, project):
        return [{"id": 0, "user": name, "role": ""} for name in self.member_names]

    def do_users(self, account):
        return self.users

    def do_add_member(self, account, project, user, role):
        self.member_names.append(user)

    def do_upload(self, account, project, lines):
        records = [json.loads(line) for line in lines]
        assert all(line.isascii() for line in lines)
        numbers = []
        for record in records:
            numbers.append(next(self.ids))
            inner = {k: v for k, v in record.items() if k not in ("text", "entities", "relations")}
            self.examples[numbers[-1]] = {"text": record["text"], "meta": inner}
        self.fault(self.calls, "upload", "between")
        spans = {}
        for number, record in zip(numbers, records, strict=True):
            held = self.held(account, number)
            for entity in record["entities"]:
                spans[number, entity["id"]] = key = next(self.ids)
                kind = self.number("span", entity["label"])
                held["spans"][key] = (entity["start_offset"], entity["end_offset"], kind)
        self.fault(self.calls, "upload", "halfway")
        for number, record in zip(numbers, records, strict=True):
            for relation in record["relations"]:
                ends = (spans[number, relation[end]] for end in ("from_id", "to_id"))
                kind = self.number("relation", relation["type"])
                self.held(account, number)["relations"][next(self.ids)] = (kind, *ends)
        return {"task": "task", "file": f"file{numbers[0]}"}

    def do_task(self, account, task):
        result = {"error": []} if task == "task" else f"/media/{task}.zip"
        return {"ready": True, "result": result, "error": None}

    def do_set_meta(self, account, project, example, meta):
        self.examples[example]["meta"] = json.loads(json.dumps(meta))

    def do_remove_example(self, account, project, example):
        self.examples.pop(example, None)

    def do_labels(self, account, project, example):
        held = self.held(account, example)
        return {
            "spans": [[i, *values] for i, values in held["spans"].items()],
            "relations": [[i, *values] for i, values in held["relations"].items()],
        }

    def do_counts(self, account, project):
        every = [held for (name, _), held in self.labels.items() if name == account]
        return [sum(len(held[of]) for held in every) for of in ("spans", "relations")]

    def do_add_spans(self, account, project, example, spans):
        # Each is a request of its own, and may be the last that arrives.
        return [
            self.call("add_span", account=account, example=example, span=span) for span in spans
        ]

    def do_add_span(self, account, example, span):
        number = next(self.ids)
        self.held(account, example)["spans"][number] = tuple(span)
        return number

    def do_add_relations(self, account, project, example, relations):
        return [
            self.call("add_relation", account=account, example=example, relation=relation)
            for relation in relations
        ]

    def do_add_relation(self, account, example, relation):
        held = self.held(account, example)
        assert {*relation[1:]} <= {*held["spans"]}
        number = next(self.ids)
        held["relations"][number] = tuple(relation)
        return number

    def do_remove_label(self, account, project, example, of, number):
        held = self.held(account, example)
        held[f"{of}s"].pop(number, None)
        arrows = held["relations"]
        held["relations"] = {i: a for i, a in arrows.items() if number not in a[1:]}

    def do_start_export(self, account, project, finished):
        return "finished" if finished else "all"

    def do_fetch_export(self, account, project, task, folder):
        path = Path(folder) / f"{task}.zip"
        with zipfile.ZipFile(path, "w") as archive:
            for name in self.member_names:
                lines = [
                    json.dumps(self.line(name, number)) + "\n"
                    for number in self.examples
                    if task == "all" or (name, number) in self.finished
                ]
                archive.writestr(f"{name}.jsonl", "".join(lines))
        return str(path)

    def line(self, name, number):
        held, example = self.held(name, number), self.examples[number]
        spans, relations = self.types["span"], self.types["relation"]
        return {
            "id": number,
            "text": example["text"],
            **example["meta"],
            "entities": [
                {"id": i, "label": spans[kind]["text"], "start_offset": s, "end_offset": e}
                for i, (s, e, kind) in held["spans"].items()
            ],
            "relations": [
                {"id": i, "from_id": h, "to_id": t, "type": relations[kind]["text"]}
                for i, (kind, h, t) in held["relations"].items()
            ],
            "Comments": [],
        }

    def held(self, account, example):
        return self.labels.setdefault((account, example), {"spans": {}, "relations": {}})

    def number(self, of, name):
        return next(i for i, fields in self.types[of].items() if fields["text"] == name)


def failing_once(at, when, error=None):
    """A fault at one call, counted over the server's life."""
    armed = [True]

    def fault(number, operation, moment):
        if armed[0] and number >= at and moment == when:
            armed[0] = False
            raise error or Interrupted

    return fault


def busy():
    """What a time-out looks like from here."""
    return ServerError("the server cannot be reached: no answer in time", temporary=True)
