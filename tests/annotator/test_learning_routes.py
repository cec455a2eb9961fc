"""Agreement, adjudication and the model over HTTP: shapes, and what is refused."""

import json

import pytest
from app_cases import WRITES, Window, an_app, mark
from learn_cases import text_of
from typer.testing import CliRunner

from accord.cli.main import app as cli

TWO = {"first": "first", "second": "second"}


@pytest.fixture
def root(two_layers):
    return two_layers


@pytest.fixture
def window(root):
    workplace, app = an_app(root, "anna")
    yield Window(app, workplace.people[0])
    workplace.close()


def test_the_page_shows_what_the_command_prints(root, window):
    answer = window.get("agreement", **TWO).json()
    assert answer["layers"] == ["anna", "first", "second"]
    shown = answer["result"]
    printed = CliRunner().invoke(cli, ["agree", "first", "second", "--root", str(root), "--json"])
    (said,) = json.loads(printed.stdout)
    for difference in shown["differences"]:
        for part in ("before", "words", "after"):
            del difference[part]
        for side in filter(None, (difference["first"], difference["second"])):
            for label in (side, side.get("head", {}), side.get("tail", {})):
                label.pop("words", None)
    assert shown == said
    assert shown["aspects"]["mention"] == {"span": 4, "pairing": 0, "direction": 0, "label": 0}


def test_the_command_reads_a_layer_as_its_people_left_it(root, window):
    window.document = "texts/02"
    window.open()
    window.post(mark(0, 5), {"do": "set_status", "status": "complete"})
    window.post({"do": "set_status", "status": "started"}, mark(10, 14))
    command = ["agree", "first", "anna", "--root", str(root)]
    left = CliRunner().invoke(cli, command)
    # The document is not finished any more, whatever its file says.
    assert left.exit_code and "labelled, and finished, by two" in str(left.exception)
    window.post({"do": "set_status", "status": "complete"})
    shown = window.get("agreement", first="first", second="anna").json()["result"]
    (said,) = json.loads(CliRunner().invoke(cli, [*command, "--json"]).stdout)
    assert said["kappa"] == shown["kappa"]
    assert said["agreement"]["documents"] == ["texts/02"]


def test_the_words_of_a_difference_are_the_texts(window):
    for difference in window.get("agreement", **TWO).json()["result"]["differences"]:
        text = text_of(int(difference["document"][-2:])).text
        assert difference["before"] + difference["words"] + difference["after"] in text
        for side in filter(None, (difference["first"], difference["second"])):
            label = side.get("head", side)
            assert label["words"] == text[label["start"] : label["end"]]


def test_a_place_shows_both_layers(window):
    answer = window.get("agreement/document/texts/00", **TWO).json()
    assert [layer["layer"] for layer in answer["layers"]] == ["first", "second"]
    assert answer["text"] == text_of(0).text
    assert len(answer["layers"][0]["mentions"]) == 6
    assert window.get("agreement/document/nothing", **TWO).status_code == 404


@pytest.mark.parametrize(
    ("asked", "said"),
    [
        ({"first": "first", "second": "first"}, "two different layers"),
        ({"first": "first", "second": "nobody"}, "no layer 'nobody'"),
        ({"first": "first", "second": "anna"}, "no document is labelled, and finished"),
    ],
)
def test_layers_that_cannot_be_compared_are_explained(window, asked, said):
    answer = window.get("agreement", **asked)
    assert answer.status_code == 422 and said in answer.json()["error"]


def test_a_document_is_adjudicated_over_http(root, window):
    rows = window.get("adjudication", layers="first,second").json()["documents"]
    assert [(row["id"], row["points"], row["open"]) for row in rows] == [
        ("texts/00", 3, 3),
        ("texts/01", 3, 3),
    ]
    path = "/api/adjudication/document/texts/00"
    table = window.get("adjudication/document/texts/00", layers="first,second").json()
    assert table["version"] == 0 and [side["layer"] for side in table["sides"]] == list(
        TWO.values()
    )
    assert [point["target"] for point in table["points"]] == ["mention", "mention", "relation"]
    for point in table["points"]:
        decisions = [{"difference": point["id"], "take": ["first"]}]
        body = {"layers": ["first", "second"], "version": table["version"], "decisions": decisions}
        answer = window.client.post(path, json=body)
        assert answer.status_code == 200, answer.text
        table = answer.json()
        again = window.client.post(path, json=body)
        assert again.status_code == 409 and again.json()["stale"]
    assert table["done"] and table["written"]
    assert all(label["whose"] for label in table["mentions"])
    gold = (root / "annotations" / "gold" / "texts" / "00.ann").read_text("utf-8")
    assert gold == (root / "annotations" / "first" / "texts" / "00.ann").read_text("utf-8")
    undo = {"layers": ["first", "second"], "version": table["version"], "do": "undo"}
    table = window.client.post(path, json=undo).json()
    assert not table["done"] and not table["written"] and table["redo"]


@pytest.mark.parametrize(
    "wrong",
    [
        {"decisions": [{"difference": 1}]},
        {"decisions": [{"difference": "x", "take": [], "other": "y"}]},
        {"decisions": "all"},
        {"do": "dance", "decisions": []},
        {"layers": ["first"], "decisions": []},
        {"version": "0", "decisions": []},
    ],
)
def test_malformed_decisions_are_refused(window, wrong):
    body = {"layers": ["first", "second"], "version": 0, **wrong}
    answer = window.client.post("/api/adjudication/document/texts/00", json=body)
    assert answer.status_code in (409, 422) and answer.json()["error"]


@pytest.mark.parametrize(
    "other",
    [
        {"type": [], "start": 0, "end": 4},
        {"type": {}, "start": 0, "end": 4},
        {"type": "ORG", "start": None, "end": 4},
        {"type": "ORG"},
    ],
)
def test_an_own_label_that_is_none_is_refused(root, window, other):
    path = "/api/adjudication/document/texts/00"
    table = window.get("adjudication/document/texts/00", layers="first,second").json()
    decisions = [{"difference": table["points"][0]["id"], "take": [], "other": other}]
    body = {"layers": ["first", "second"], "version": 0, "decisions": decisions}
    answer = window.client.post(path, json=body)
    assert answer.status_code == 422 and answer.json()["error"]
    assert not (root / "annotations" / "gold" / ".adjudication.jsonl").read_bytes()


def test_nothing_is_decided_without_the_pages_header(window):
    answer = window.client.post(
        "/api/adjudication/document/texts/00",
        json={"layers": ["first", "second"], "version": 0, "do": "undo"},
        headers={**WRITES, "X-Accord": "0"},
    )
    assert answer.status_code == 403


def test_the_model_over_http(window):
    orders = window.get("orders").json()
    assert orders["random"] == {"share": 0.2, "seed": 0}
    names = [order["name"] for order in orders["orders"]]
    assert names[0] == "filed" and "relations-mixed" in names
    assert window.get("model").json()["state"] == "idle"
    refused = window.client.post("/api/model/train", json={})
    assert refused.status_code == 422 and "complete 5 more" in refused.json()["error"]
    assert window.client.post("/api/model/cancel", json={}).status_code == 200
    empty = window.get("rejections")
    assert empty.text == "" and "rejections-anna.jsonl" in empty.headers["content-disposition"]
    found = window.get("next", order="relations").json()
    assert found == {"document": "texts/00", "why": "as filed: no model suggests anything yet"}


@pytest.mark.parametrize("name", ["../../etc", "../first", "nobody", ""])
def test_a_layers_name_is_no_path(window, name):
    answer = window.get("adjudication", layers=f"first,{name}")
    assert answer.status_code == 422 and "layer" in answer.json()["error"]
    answer = window.get("agreement", first="first", second=name)
    assert answer.status_code == 422 and "layer" in answer.json()["error"]
