"""Labelling over HTTP: what the page asks for, and what it is refused."""

import json

import pytest
from app_cases import Window, an_app, mark

from accord.corpus import read_corpus
from accord.corpus.standoff import format_standoff
from accord.corpus.validate import validate
from accord.errors import InputError
from sample_corpus import GOLD, A, tree_hash


def again(root, window):
    """The same person after a restart."""
    workplace, app = an_app(root)
    return workplace, Window(app, workplace.people[0], window.document)


def test_the_session_says_who_and_by_which_rules(window):
    session = window.get("session").json()
    assert (session["person"], session["layer"]) == ("anna", "anna")
    assert [m["type"] for m in session["schema"]["mentions"]][:2] == ["ORG", "GPE"]
    keys = [m["key"] for m in session["schema"]["mentions"]]
    assert len(set(keys)) == len(keys)
    (same_as,) = [r for r in session["schema"]["relations"] if r["type"] == "same_as"]
    assert same_as["symmetric"]
    assert same_as["across_paragraphs"]
    assert session["orders"][0]["name"] == "filed"


def test_a_relation_and_its_ends_in_one_step(window):
    relation = {"do": "add_relation", "type": "member_of", "head": "$1", "tail": "$2"}
    done = window.post(mark(0, 4, ref="$1"), mark(24, 34, "ALLIANCE", ref="$2"), relation).json()
    assert done["relations"] == [{"id": "R1", "type": "member_of", "head": "T1", "tail": "T2"}]
    assert done["status"] == "started"
    back = window.post({"do": "undo"}).json()
    assert (back["mentions"], back["relations"], back["status"]) == ([], [], "new")
    assert back["redo"] == "3 actions"


@pytest.mark.parametrize(
    ("actions", "rule"),
    [
        ([mark(0, 4)], "duplicate"),
        ([mark(2, 14)], "crossing"),
        ([mark(24, 49)], "paragraph"),
        ([mark(4, 9)], "white space"),
        ([mark(9, 14, "THING")], "unknown type"),
        ([mark(9, 9)], "outside"),
        ([mark(9, 10_000)], "outside"),
        ([mark(9, "14")], "malformed"),
        ([{"do": "add_relation", "type": "same_as", "head": "T1", "tail": "T9"}], "dangling"),
        ([{"do": "add_relation", "type": "same_as", "head": "T1", "tail": "T1"}], "itself"),
        (
            [
                mark(24, 34, "ALLIANCE", ref="$"),
                {"do": "add_relation", "type": "member_of", "head": "$", "tail": "T1"},
            ],
            "forbidden pair",
        ),
        (
            [
                mark(37, 41, "ALLIANCE", ref="$"),
                {"do": "add_relation", "type": "member_of", "head": "T1", "tail": "$"},
            ],
            "across paragraphs",
        ),
        ([{"do": "redo"}], "undo"),
        ([{"do": "undo"}, mark(9, 14)], "malformed"),
        ([{"do": "fly"}], "malformed"),
        ([], "malformed"),
        ([{"do": "accept", "ids": ["S1"]}], "suggestion"),
    ],
)
def test_what_the_schema_forbids_does_not_happen(place, window, actions, rule):
    before = window.post(mark(0, 4)).json()
    lines = place[0].stores["anna"].path.read_bytes()
    refused = window.post(mark(66, 79), *actions) if rule != "malformed" else window.post(*actions)
    if actions and actions[0]["do"] in ("redo",):
        refused = window.post(*actions)
    assert refused.status_code == 422
    assert refused.json()["rule"] == rule
    assert refused.json()["hint"]
    assert window.open() == before
    assert place[0].stores["anna"].path.read_bytes() == lines


def test_two_windows_never_overwrite_each_other(place, window):
    other = Window(place[1], place[0].people[0])
    other.open()
    assert window.post(mark(0, 4)).status_code == 200
    late = other.post(mark(9, 14))
    assert late.status_code == 409
    assert [m["start"] for m in late.json()["current"]["mentions"]] == [0]
    other.version = late.json()["current"]["version"]
    assert len(other.post(mark(9, 14)).json()["mentions"]) == 2


def test_a_post_that_arrives_twice_happens_once(window):
    before = window.version
    window.post(mark(0, 4), key="k1")
    window.version = before
    again = window.post(mark(0, 4), key="k1")
    assert again.status_code == 200
    assert len(again.json()["mentions"]) == 1


def test_everything_is_there_after_a_restart(root, place, window):
    window.post(mark(0, 4))
    window.post({"do": "add_note", "start": 0, "end": 4, "text": "who? <script>🌊</script>"})
    window.post({"do": "delete_mention", "id": "T1"})
    before = window.post({"do": "undo"}).json()
    place[0].close()
    workplace, window = again(root, window)
    after = window.open()
    assert after.pop("basis") != before.pop("basis")  # another run of the server
    assert after == before
    assert before["redo"] == "delete ORG “Avon”"
    assert window.post({"do": "redo"}).json()["mentions"] == []
    for _ in range(3):
        last = window.post({"do": "undo"})
    assert last.status_code == 422 or last.json()["undo"] is None
    workplace.close()


def test_a_person_labels_their_own_layer_only(root):
    workplace, app = an_app(root, "anna", "ben")
    anna, ben = (Window(app, person) for person in workplace.people)
    anna.open()
    ben.open()
    anna.post(mark(0, 4))
    ben.post(mark(9, 14))
    assert [m["start"] for m in anna.open()["mentions"]] == [0]
    assert [m["start"] for m in ben.open()["mentions"]] == [9]
    headers = {"X-Accord-Layer": "anna"}
    body = {"version": ben.version, "actions": [mark(0, 4)]}
    refused = ben.client.post("/api/actions/articles/a", json=body, headers=headers)
    assert refused.status_code == 403
    assert [m["start"] for m in ben.open()["mentions"]] == [9]
    workplace.close()


def test_completing_writes_the_file_as_accord_writes_it(root, place, window):
    _, gold = GOLD[0]
    for number, m in enumerate(gold.mentions):
        window.post(mark(m.span.start, m.span.end, m.type))
        assert not (root / "annotations/anna/articles/a.ann").exists(), number
    for r in gold.relations:
        window.post({"do": "add_relation", "type": r.type, "head": r.head, "tail": r.tail})
    done = window.post({"do": "set_status", "status": "complete"}).json()
    assert done["file"] == "current"
    written = (root / "annotations/anna/articles/a.ann").read_text()
    assert written == (root / "annotations/gold/articles/a.ann").read_text()
    # A change after completion is in the file, too, and its undo restores the very bytes.
    window.post({"do": "delete_relation", "id": "R1"})
    assert "R1" not in (root / "annotations/anna/articles/a.ann").read_text()
    window.post({"do": "undo"})
    assert (root / "annotations/anna/articles/a.ann").read_text() == written
    assert validate(root) == ()
    assert format_standoff(A, read_corpus(root).layer("anna", A.id)) == written
    assert window.get("documents").json()["progress"] == {"complete": 1, "total": 3}


def test_a_file_that_is_there_is_read_and_counts_as_complete(root):
    workplace, app = an_app(root, "gold")
    before = tree_hash(root / "annotations/gold/articles")
    window = Window(app, workplace.people[0])
    opened = window.open()
    assert (len(opened["mentions"]), len(opened["relations"])) == (8, 5)
    assert opened["status"] == "complete"
    assert window.get("documents").json()["progress"] == {"complete": 3, "total": 3}
    assert window.client.post("/api/export", json={}).json() == {"written": [], "conflicts": []}
    assert tree_hash(root / "annotations/gold/articles") == before
    workplace.close()


def test_a_file_changed_by_hand_is_never_overwritten_silently(root, window):
    path = root / "annotations/anna/articles/a.ann"
    window.post(mark(0, 4))
    assert window.client.post("/api/export", json={}).json()["written"] == ["articles/a"]
    by_hand = "T1\tORG 9 14\tBrill\n"
    path.write_text(by_hand)
    assert window.open()["file"] == "conflict"
    completed = window.post({"do": "set_status", "status": "complete"})
    assert (completed.status_code, completed.json()["file"]) == (200, "conflict")
    (conflict,) = window.client.post("/api/export", json={}).json()["conflicts"]
    assert conflict["document"] == "articles/a"
    assert path.read_text() == by_hand
    taken = window.post({"do": "take_file"}).json()
    assert [m["start"] for m in taken["mentions"]] == [9]
    assert window.post({"do": "undo"}).json()["mentions"][0]["start"] == 0
    path.write_text(by_hand + "\n")
    body = {"overwrite": ["articles/a"]}
    assert window.client.post("/api/export", json=body).json()["written"] == ["articles/a"]
    assert path.read_text() == "T1\tORG 0 4\tAvon\n"


def test_a_text_that_changed_under_its_labels_is_refused(root, window):
    window.post(mark(0, 4))
    path = root / "corpus/articles/a.txt"
    text = path.read_text()
    path.write_text("X" + text)
    refused = window.post(mark(9, 14))
    assert refused.status_code == 409
    assert "put the text back" in refused.json()["error"]
    assert window.get("document/articles/a").status_code == 409
    rows = {row["id"]: row for row in window.get("documents").json()["documents"]}
    assert "was changed" in rows["articles/a"]["problem"]
    assert "problem" not in rows["articles/b"]
    assert window.get("document/articles/b").status_code == 200
    path.write_text(text)
    assert window.post(mark(10, 14)).status_code == 200


def test_search_finds_texts_labels_and_notes(window):
    window.post(mark(0, 4), {"do": "add_note", "start": 0, "end": 4, "text": "Which Avon?"})
    hits = window.get("search", q="aVON").json()["hits"]
    assert [(h["kind"], h["start"]) for h in hits] == [("text", 0), ("text", 37), ("note", 0)]
    for hit in hits:
        left, right = hit["match"]
        assert hit["snippet"][left:right] == "Avon"
    (only,) = window.get("search", type="ORG").json()["hits"]
    assert (only["kind"], only["start"], only["end"]) == ("mention", 0, 4)
    found = window.get("search", status="new").json()["hits"]
    assert [h["document"] for h in found] == ["articles/b", "practice/c"]
    assert window.get("search", status="odd").status_code == 422
    (wave,) = window.get("search", q="🌊").json()["hits"]
    assert wave["end"] - wave["start"] == 1


def test_the_next_document_as_filed(window):
    def following(after):
        return window.get("next", order="filed", after=after).json()["document"]

    assert following("articles/a") == "articles/b"
    assert following("practice/c") == "articles/a"
    for document in ("articles/a", "articles/b"):
        window.document = document
        window.open()
        window.post({"do": "set_status", "status": "complete"})
    assert following("articles/a") == "practice/c"
    assert following("practice/c") is None
    assert window.get("next", order="odd").status_code == 422


def test_what_is_no_request(window):
    url = "/api/actions/articles/a"
    for body in (b"", b"[]", b"{", b'{"version": "1", "actions": []}', b"[" * 100_000):
        assert window.client.post(url, content=body).status_code == 422
    note = {"do": "add_note", "start": 0, "end": 4, "text": "\ud800"}
    body = json.dumps({"version": window.version, "actions": [note]})
    assert window.client.post(url, content=body).status_code == 422
    assert window.get("document/articles/../../../etc/passwd").status_code == 404
    assert window.get("document/articles%2F..%2F..%2Fannotations/schema").status_code == 404
    assert window.client.get("/..%2F..%2Fapp.py").status_code == 404


@pytest.mark.parametrize(
    "body",
    [
        b'{"version": 1, "actions": [{"do": "delete_mention", "id": "\\ud800"}]}',
        b'{"version": 1, "actions": [{"do": "delete_mention", "id": "\xed\xa0\x80"}]}',
        b'{"version": 1, "actions": [{"do": "accept_above", "threshold": NaN}]}',
        b'{"version": 1, "actions": [{"do": "accept_above", "threshold": 1e999}]}',
        b'{"version": 1, "actions": [{"do": "change_relation", "id": "R1", "reverse": 1}]}',
        '{"version": 1, "actions": [{"do": "undo"}]}'.encode("utf-16"),
    ],
)
def test_what_no_journal_could_hold_is_refused(place, window, body):
    lines = place[0].stores["anna"].path.read_bytes()
    refused = window.client.post("/api/actions/articles/a", content=body)
    assert refused.status_code == 422
    assert refused.json()["error"]
    assert place[0].stores["anna"].path.read_bytes() == lines


def test_only_the_fields_of_an_action_are_journaled(place, window):
    junk = f'"endless": 1e999, "deep": {"[" * 900 + "]" * 900}'
    action = json.dumps({**mark(0, 4), "junk": 0}).replace('"junk": 0', junk)
    body = f'{{"version": {window.version}, "actions": [{action}]}}'
    done = window.client.post("/api/actions/articles/a", content=body)
    assert (done.status_code, len(done.json()["mentions"])) == (200, 1)
    *_, last = place[0].stores["anna"].path.read_text().splitlines()
    assert json.loads(last)["op"]["actions"] == [mark(0, 4)]


def test_only_changes_reach_the_journal(place, window):
    lines = place[0].stores["anna"].path.read_bytes()
    window.open()
    window.get("documents")
    window.post({"do": "set_status", "status": "new"})
    assert place[0].stores["anna"].path.read_bytes() == lines


class Unable:
    """A model that reads no text."""

    name = "unable"
    hash = "0123"

    def __init__(self, error):
        self.error = error
        self.asked = 0

    def of(self, document):
        self.asked += 1
        raise self.error

    def known(self, document):
        return None


@pytest.mark.parametrize(
    ("error", "said"),
    [(InputError("no vocabulary"), "no vocabulary"), (ValueError("deep inside"), "ValueError")],
)
def test_a_text_that_the_model_cannot_read_says_so(place, window, error, said):
    model = place[0].suggest = Unable(error)
    assert said in window.open()["suggestions"]["error"]
    # The same text is not asked about again and again; labelling goes on, and still says so.
    done = window.post(mark(0, 4)).json()
    assert len(done["mentions"]) == 1
    assert said in done["suggestions"]["error"]
    assert said in window.open()["suggestions"]["error"]
    assert model.asked == 1
    # Another model is asked anew.
    other = place[0].suggest = Unable(InputError("too long"))
    other.hash = "4567"
    assert window.open()["suggestions"]["error"] == "too long"
    place[0].suggest = None
    assert window.open()["suggestions"]["error"] is None
