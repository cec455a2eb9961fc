"""The types that the page's sources give to the server's answers, held to real answers."""

import re
from importlib.resources import files
from pathlib import Path

import pytest
from app_cases import Window as AppWindow
from app_cases import an_app, mark
from learn_cases import write_two_layers
from starlette.testclient import TestClient

import accord.annotator
from accord.annotator.app import create_app
from accord.annotator.people import people
from accord.annotator.workplace import open_workplace

FRONT = Path(accord.annotator.__file__).parent / "front"
WIRE = ("wire.d.ts", "compared.d.ts")
WORD = re.compile(r'"[^"]*"|\w+|[{}\[\]()<>|&;:?,]')


class Types:
    """The interfaces and types of a declaration file, as far as this one needs them."""

    def __init__(self, source: str):
        source = re.sub(r"/\*.*?\*/", "", source, flags=re.DOTALL)
        self.named = {}
        for name, above, body in re.findall(
            r"export interface (\w+)(?: extends (\w+))? \{(.*?)\n\}", source, re.DOTALL
        ):
            parts = [self.parsed(f"{{{body}}}"), *([("name", above)] if above else [])]
            self.named[name] = ("all", parts)
        for name, body in re.findall(r"export type (\w+) =\s*(.*?);\n(?=\n|$)", source, re.DOTALL):
            self.named[name] = self.parsed(body)

    def parsed(self, text):
        self.words = [*WORD.findall(text), ""]
        return self.union()

    def take(self, token=None):
        taken = self.words.pop(0)
        assert token in (None, taken), f"{token} expected, not {taken}"
        return taken

    def union(self):
        if self.words[0] == "|":
            self.take()
        parts = [self.intersection()]
        while self.words[0] == "|":
            self.take()
            parts.append(self.intersection())
        return ("any", parts) if len(parts) > 1 else parts[0]

    def intersection(self):
        parts = [self.postfix()]
        while self.words[0] == "&":
            self.take()
            parts.append(self.postfix())
        return ("all", parts) if len(parts) > 1 else parts[0]

    def postfix(self):
        found = self.primary()
        while self.words[0] == "[":
            self.take()
            self.take("]")
            found = ("list", found)
        return found

    def primary(self):
        word = self.take()
        if word == "(":
            found = self.union()
            self.take(")")
            return found
        if word == "{":
            return ("object", self.fields())
        if word == "[":
            parts = [self.union()]
            while self.words[0] == ",":
                self.take()
                parts.append(self.union())
            self.take("]")
            return ("tuple", parts)
        if self.words[0] == "<":
            self.take()
            first = self.union()
            self.take(",")
            second = self.union()
            self.take(">")
            return (word, first, second)
        return ("literal", word[1:-1]) if word.startswith('"') else ("name", word)

    def fields(self):
        found = {}
        while self.words[0] != "}":
            name, optional = self.take(), False
            if self.words[0] == "?":
                optional = bool(self.take())
            self.take(":")
            found[name] = optional, self.union()
            if self.words[0] == ";":
                self.take()
        self.take("}")
        return found

    def shape(self, kind):
        """The fields of an object type, its parts' together."""
        if kind[0] == "name":
            return self.shape(self.named[kind[1]])
        if kind[0] == "all":
            return {k: v for part in kind[1] for k, v in self.shape(part).items()}
        assert kind[0] == "object", kind
        return kind[1]

    def faults(self, kind, value, place="answer"):
        """Where a value is not of a type."""
        plain = {"string": str, "number": (int, float), "boolean": bool, "null": type(None)}
        what, *rest = kind
        if what == "name" and rest[0] in plain:
            return [] if isinstance(value, plain[rest[0]]) else [f"{place}: {value!r} {rest[0]}"]
        if what == "literal":
            return [] if value == rest[0] else [f"{place}: {value!r} is not {rest[0]!r}"]
        if what == "any":
            all_faults = [self.faults(part, value, place) for part in rest[0]]
            return min(all_faults, key=len)
        if what == "name" and self.named[rest[0]][0] in ("any", "literal"):
            return self.faults(self.named[rest[0]], value, place)
        if what == "list":
            if not isinstance(value, list):
                return [f"{place} is no list"]
            return [
                f for n, v in enumerate(value) for f in self.faults(rest[0], v, f"{place}[{n}]")
            ]
        if what == "tuple":
            return [
                f for k, v in zip(rest[0], value, strict=True) for f in self.faults(k, v, place)
            ]
        if what == "Record":
            return [f for k, v in value.items() for f in self.faults(rest[1], v, f"{place}.{k}")]
        if not isinstance(value, dict):
            return [f"{place} is no object"]
        fields = self.shape(kind)
        unknown = [f"{place}.{name} has no type" for name in value.keys() - fields.keys()]
        lacking = [
            f"{place}.{name} is missing"
            for name, (optional, _) in fields.items()
            if name not in value and not optional
        ]
        wrong = [
            fault
            for name, (_, field) in fields.items()
            if name in value
            for fault in self.faults(field, value[name], f"{place}.{name}")
        ]
        return [*unknown, *lacking, *wrong]


@pytest.fixture(scope="module")
def types():
    return Types("\n".join((FRONT / name).read_text("utf-8") for name in WIRE))


def test_the_checker_sees_what_is_wrong(types):
    name = ("name", "Progress")
    assert types.faults(name, {"complete": 1, "total": 2}) == []
    assert types.faults(name, {"complete": "1", "more": 2}) == [
        "answer.more has no type",
        "answer.total is missing",
        "answer.complete: '1' number",
    ]
    assert types.faults(("name", "Status"), "new") == []
    assert types.faults(("name", "Status"), "old") != []


def test_answers_of_labelling(types, root):
    workplace, app = an_app(root)
    window = AppWindow(app, workplace.people[0])
    window.open()
    done = window.post(
        mark(0, 4, ref="$1"), {"do": "add_note", "start": 0, "end": 4, "text": "why?"}
    )
    assert done.status_code == 200, done.text
    answers = {
        "DocumentAnswer": done,
        "Session": window.get("session"),
        "Listing": window.get("documents"),
        "Next": window.get("next"),
        "Found": window.get("search", type="ORG"),
        "Training": window.get("model"),
        "Exported": window.client.post("/api/export", json={}),
    }
    for name, answer in answers.items():
        assert answer.status_code == 200, answer.text
        assert types.faults(("name", name), answer.json(), name) == []
    basis = done.json()["basis"]
    changes = window.post({"do": "delete_note", "id": "N1"}, basis=basis)
    assert types.faults(("name", "ChangesAnswer"), changes.json()) == []
    changes = window.post(mark(9, 14), {"do": "set_status", "status": "discuss"}, basis=basis)
    assert types.faults(("name", "ChangesAnswer"), changes.json()) == []
    assert changes.json()["mentions"]["put"]
    hits = answers["Found"].json()["hits"]
    assert {hit["id"] for hit in hits} <= {m["id"] for m in done.json()["mentions"]}
    assert hits
    window.version -= 1
    stale = window.post(mark(0, 4))
    assert stale.status_code == 409
    assert types.faults(("name", "Refusal"), stale.json()) == []
    workplace.close()


def test_answers_about_two_layers(types, tmp_path):
    root = tmp_path / "root"
    write_two_layers(root, 3)
    workplace = open_workplace(root, people(root, ["anna"], tmp_path / "tokens"))
    client = TestClient(create_app(workplace, hosts=["testserver"]))
    client.get("/", params={"token": workplace.people[0].token}, follow_redirects=False)
    two, pair = {"first": "first", "second": "second"}, {"layers": "first,second"}
    for name, path, asked in [
        ("AgreementAnswer", "agreement", {}),
        ("AgreementAnswer", "agreement", two),
        ("AgreementDocument", "agreement/document/texts/00", two),
        ("AdjudicationOverview", "adjudication", {}),
        ("AdjudicationOverview", "adjudication", pair),
        ("Table", "adjudication/document/texts/00", pair),
    ]:
        answer = client.get(f"/api/{path}", params=asked)
        assert answer.status_code == 200, answer.text
        assert types.faults(("name", name), answer.json(), name) == []
    workplace.close()


def test_every_script_of_the_pages_has_its_source():
    pages = Path(str(files("accord.annotator"))) / "page"
    sources = {path.stem for path in FRONT.glob("*.ts") if path.name not in WIRE}
    assert {path.stem for path in pages.glob("*.js")} == sources
