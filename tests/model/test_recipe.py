"""Recipes: every slip named."""

from dataclasses import dataclass, field

import pytest

from accord.errors import FormatError, InputError
from accord.files import write_text
from accord.model.recipe import Data, fill, read_recipe


@dataclass(frozen=True)
class Inner:
    rate: float = 0.5

    def __post_init__(self):
        if self.rate < 0:
            raise ValueError(f"rate must not be negative, not {self.rate}")


@dataclass(frozen=True)
class Outer:
    name: str
    count: int = 1
    limit: int | None = None
    sizes: tuple[int, ...] = ()
    inner: Inner = field(default_factory=Inner)


def test_values_and_defaults():
    table = {"name": "x", "limit": 3, "sizes": [1, 2], "inner": {"rate": 1}}
    assert fill(Outer, table, "recipe") == Outer("x", 1, 3, (1, 2), Inner(1.0))
    assert isinstance(fill(Outer, table, "recipe").inner.rate, float)
    assert fill(Data, {"split": "articles"}, "[data]") == Data("articles", "gold")


@pytest.mark.parametrize(
    ("table", "reason"),
    [
        ({}, "recipe: name is missing"),
        ({"nmae": "x"}, "recipe: unknown key 'nmae'; known are name, count, limit, sizes, inner"),
        ({"name": 3}, "recipe: name must be of type str, not 3"),
        ({"name": "x", "count": 1.5}, "recipe: count must be of type int, not 1.5"),
        ({"name": "x", "count": True}, "recipe: count must be of type int, not True"),
        ({"name": "x", "limit": "3"}, "recipe: limit must be of type int, not '3'"),
        ({"name": "x", "sizes": 3}, "recipe: sizes must be a list, not 3"),
        ({"name": "x", "sizes": [1, "2"]}, "recipe: sizes must be of type int, not '2'"),
        ({"name": "x", "inner": 3}, "recipe: inner must be a table, not 3"),
        ({"name": "x", "inner": {"rat": 1}}, "[inner]: unknown key 'rat'; known are rate"),
        ({"name": "x", "inner": {"rate": -1}}, "[inner]: rate must not be negative, not -1.0"),
        ({"name": "x", "inner": {"rate": True}}, "[inner]: rate must be of type float, not True"),
    ],
)
def test_each_slip_is_named(table, reason):
    with pytest.raises(InputError) as caught:
        fill(Outer, table, "recipe")
    assert str(caught.value) == reason


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        ("kind = ", "not valid TOML: "),
        ("seed = 1", "a recipe names its kind of model"),
        ("kind = 3", "a recipe names its kind of model"),
    ],
)
def test_files_that_are_no_recipe(tmp_path, text, reason):
    write_text(tmp_path / "r.toml", text)
    with pytest.raises(FormatError, match=reason) as caught:
        read_recipe(tmp_path / "r.toml")
    assert caught.value.path == tmp_path / "r.toml"
