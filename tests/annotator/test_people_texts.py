"""Who labels, and which texts there are."""

import json

import pytest

from accord.annotator.people import people, person_of
from accord.annotator.texts import LIMIT, Texts
from accord.errors import FormatError, InputError


def test_a_person_keeps_the_token_over_restarts(tmp_path):
    anna, ben = people(tmp_path / "corpus", ["anna", "ben"], tmp_path / "state")
    assert people(tmp_path / "corpus", ["ben"], tmp_path / "state") == (ben,)
    assert anna.token != ben.token
    assert len(anna.token) >= 32
    assert (anna.name, anna.layer) == ("anna", "anna")
    assert anna.token not in repr(anna)
    path = tmp_path / "state" / "tokens.json"
    assert path.stat().st_mode & 0o077 == 0


def test_another_corpus_has_other_tokens(tmp_path):
    (here,) = people(tmp_path / "one", ["anna"], tmp_path / "state")
    (there,) = people(tmp_path / "two", ["anna"], tmp_path / "state")
    assert here.token != there.token
    assert person_of(there.token, [here]) is None
    assert person_of(here.token, [here]) == here
    assert person_of("é", [here]) is None


@pytest.mark.parametrize("name", ["", "../gold", ".hidden", "a/b", "a b", "-x", "x" * 65, "a\n"])
def test_a_name_that_is_no_layer(tmp_path, name):
    with pytest.raises(InputError, match="cannot name a layer"):
        people(tmp_path, [name], tmp_path / "state")


def test_a_name_given_twice(tmp_path):
    with pytest.raises(InputError, match="'Anna' is named twice"):
        people(tmp_path, ["anna", "Anna"], tmp_path / "state")


def test_a_damaged_token_file_is_named(tmp_path):
    for text in ("{", "[]", json.dumps({"x": {"anna": 1}})):
        (tmp_path / "tokens.json").write_text(text)
        with pytest.raises(FormatError, match=r"tokens\.json: does not hold tokens"):
            people(tmp_path, ["anna"], tmp_path)


def test_texts_are_read_when_asked_for_and_again_when_changed(root):
    texts = Texts(root)
    assert list(texts) == ["articles/a", "articles/b", "practice/c"]
    first = texts["practice/c"]
    assert texts.summary("practice/c").title == "Nothing of note happened."
    (root / "corpus/practice/c.txt").write_text("\n\n  A new first line, \r\nand more\n")
    assert texts["practice/c"] is first
    assert texts.fresh("practice/c").text.startswith("\n\n  A new")
    assert texts.summary("practice/c").title == "A new first line,"
    assert texts.summary("practice/c").words == 6
    with pytest.raises(KeyError):
        texts["../annotations/schema"]


def test_a_text_that_lies_elsewhere_or_is_too_long(root, tmp_path):
    (tmp_path / "secret.txt").write_text("secret")
    (root / "corpus/link.txt").symlink_to(tmp_path / "secret.txt")
    (root / "corpus/long.txt").write_text("x" * (LIMIT + 1))
    (root / "corpus/odd.txt").write_bytes(b"\xff")
    texts = Texts(root)
    for name, reason in (("link", "leads out"), ("long", "2,000,000"), ("odd", "not UTF-8")):
        with pytest.raises(InputError, match=reason):
            texts[name]
