"""An app on a sample corpus, and a browser window that talks to it."""

from starlette.testclient import TestClient

from accord.annotator.app import create_app
from accord.annotator.people import people
from accord.annotator.workplace import open_workplace

WRITES = {"X-Accord": "1", "Origin": "http://testserver"}


class Window:
    """A browser window of one person; `post` acts on the version it saw last."""

    def __init__(self, app, person, document="articles/a"):
        self.client = TestClient(app, headers=WRITES, raise_server_exceptions=False)
        self.client.get("/", params={"token": person.token}, follow_redirects=False)
        self.document = document
        self.version = 0

    def get(self, path, **parameters):
        return self.client.get(f"/api/{path}", params=parameters)

    def open(self):
        answer = self.get(f"document/{self.document}")
        self.version = answer.json().get("version", 0)
        return answer.json()

    def post(self, *actions, **fields):
        body = {"version": self.version, "actions": list(actions), **fields}
        answer = self.client.post(f"/api/actions/{self.document}", json=body)
        if answer.status_code == 200:
            self.version = answer.json()["version"]
        return answer


def an_app(root, *names):
    """A workplace and its app; the tokens lie beside the corpus."""
    workplace = open_workplace(root, people(root, names or ["anna"], root.parent / "tokens"))
    return workplace, create_app(workplace, hosts=["testserver"])


def mark(start, end, kind="ORG", **fields):
    return {"do": "add_mention", "type": kind, "start": start, "end": end, **fields}


def edited(before, found):
    """A list after the changes of an answer (see `accord.annotator.changes`)."""
    after = [each for each in before if each["id"] not in found["gone"]]
    for each in found["put"]:
        after.insert(each["at"], {name: value for name, value in each.items() if name != "at"})
    return after


def put_together(document, answer):
    """The whole document after an answer that holds changes alone."""
    assert answer["since"] == document["version"]
    lists = ("mentions", "relations", "notes")
    shown, said = document["suggestions"], answer["suggestions"]
    suggestions = {n: edited(shown[n], said[n]) for n in lists[:2]} | {"error": said["error"]}
    short = ("version", "basis", "status", "problems", "undo", "redo", "file")
    return {
        **document,
        **{name: edited(document[name], answer[name]) for name in lists},
        **{name: answer[name] for name in short},
        "suggestions": suggestions,
    }
