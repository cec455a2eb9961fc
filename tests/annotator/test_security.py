"""Who may ask: other pages in the same browser, other people, other machines may not."""

import pytest
from app_cases import WRITES, mark
from starlette.testclient import TestClient

from accord.annotator.security import LARGEST_BODY

URL = "/api/actions/articles/a"


def body(window, *actions):
    return {"version": window.version, "actions": list(actions)}


def test_without_a_token_there_is_nothing(place):
    client = TestClient(place[1], headers=WRITES)
    for path in ("session", "documents", "document/articles/a", "search?q=a", "events"):
        answer = client.get(f"/api/{path}")
        assert answer.status_code == 401
        assert "Avon" not in answer.text
    assert client.post(URL, json={}).status_code == 401
    assert client.get("/").status_code == 401
    assert client.get("/?token=wrong").status_code == 403
    client.cookies.set("accord", "wrong")
    assert client.get("/api/session").status_code == 401


def test_the_link_sets_a_cookie_that_scripts_cannot_read(place):
    client = TestClient(place[1])
    answer = client.get(f"/?token={place[0].people[0].token}", follow_redirects=False)
    assert (answer.status_code, answer.headers["location"]) == (303, "/")
    cookie = answer.headers["set-cookie"].lower()
    assert "httponly" in cookie
    assert "samesite=strict" in cookie
    assert client.get("/").status_code == 200


def test_a_link_from_a_mail_arrives_at_the_second_try(place):
    """A strict cookie is kept back on a redirect that another site began."""
    answer = TestClient(place[1]).get("/", headers={"Sec-Fetch-Site": "cross-site"})
    assert answer.status_code == 200
    assert 'http-equiv="refresh"' in answer.text
    assert "<script" not in answer.text


@pytest.mark.parametrize(
    "headers",
    [
        {"Host": "evil.example"},
        {"Host": "testserver.evil.example"},
        {"Host": "testserver:81"},
        {"Origin": "http://evil.example"},
        {"Origin": "null"},
        {"Origin": "https://testserver"},
        {"Origin": ""},
        {"X-Accord": ""},
        {"X-Accord-Layer": "ben"},
    ],
)
def test_another_page_cannot_write(window, headers):
    answer = window.client.post(URL, json=body(window, mark(0, 4)), headers=headers)
    assert answer.status_code == 403
    assert window.open()["mentions"] == []


def test_a_foreign_name_cannot_read(window):
    for path in ("/", "/api/session", "/app.js"):
        assert window.client.get(path, headers={"Host": "evil.example"}).status_code == 403


def test_a_large_body_is_refused_with_or_without_its_length(window):
    large = b" " * (LARGEST_BODY + 1)
    assert window.client.post(URL, content=large).status_code == 413
    pieces = (large[:100_000] for _ in range(LARGEST_BODY // 100_000 + 1))
    assert window.client.post(URL, content=pieces).status_code == 413
    odd = window.client.post(URL, content=b"{}", headers={"Content-Length": "-1"})
    assert odd.status_code == 400
    too_many = body(window, *[{"do": "delete_note", "id": "N1"}] * 5_001)
    assert window.client.post(URL, json=too_many).status_code == 422


def test_every_answer_forbids_foreign_scripts(window):
    for path in ("/", "/api/session", "/api/none", "/none.js", "/style.css"):
        headers = window.client.get(path).headers
        assert headers["content-security-policy"].startswith("default-src 'self'")
        assert "unsafe" not in headers["content-security-policy"]
        assert headers["x-content-type-options"] == "nosniff"
        assert headers["referrer-policy"] == "no-referrer"


def test_only_files_of_the_page_are_served(window):
    assert window.client.get("/app.js").headers["content-type"].startswith("text/javascript")
    for path in ("/app.py", "/.journal.jsonl", "/index.html", "/..%2fapp.py", "/%2fetc%2fpasswd"):
        assert window.client.get(path).status_code == 404
