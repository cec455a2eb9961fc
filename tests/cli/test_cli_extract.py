"""How `accord extract` names the texts it is given."""

import pytest

from accord.cli.extract import _paths
from accord.errors import InputError
from accord.files import write_text


@pytest.fixture
def folders(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    for name in ("one/a.txt", "two/a.txt", "two/deep/b.txt"):
        write_text(tmp_path / name, "Text.")
    return tmp_path


def ids(*inputs):
    return [name for name, _ in _paths([str(each) for each in inputs])]


@pytest.mark.usefixtures("folders")
def test_a_folders_texts_are_named_by_their_path_under_it():
    assert ids("two") == ["a", "deep/b"]
    assert ids("one/a.txt", "-") == ["one/a", "stdin"]


@pytest.mark.usefixtures("folders")
def test_texts_of_one_name_in_two_folders_stay_apart():
    assert ids("one", "two") == ["one/a", "two/a", "deep/b"]


@pytest.mark.usefixtures("folders")
@pytest.mark.parametrize("twice", [("one", "one/a.txt", "one"), ("-", "-"), ("one", "one")])
def test_a_text_given_twice_is_refused(twice):
    with pytest.raises(InputError, match=r"two texts would have the id .*; give each text once"):
        ids(*twice)
