"""Countries by any of their names: full names, adjectives, inhabitants and abbreviations.

Sources: the English territory names of Unicode CLDR (through babel), and countries.toml beside
this file for what CLDR lacks. Keys are ISO 3166-1 alpha-2 codes; the European Union is "EU".
"""

import re
import tomllib
from functools import cache
from importlib.resources import files

from accord.facts.folding import fold, tidy

# CLDR's territories that are no place on a map.
_NOT_PLACES = {"EZ", "QO", "UN", "XA", "XB", "ZZ"}


def country_key(text: str) -> str | None:
    """ISO code of the country that the text names, None if it names none or could name two.

    "US", "U.S.", "American" and "United States" all give "US". The abbreviations are read only
    in capitals, so that "us" is no country. "Georgia", "Korea" and "Congo" give None: news
    calls two places by each of them.
    """
    tidied = tidy(text)
    exact, names, ambiguous = _tables()
    bare = re.sub(r"^the ", "", tidied, flags=re.IGNORECASE)
    bare = re.sub(r"'s?$", "", bare)
    if bare in exact:
        return exact[bare]
    word = _word(bare)
    return None if word in ambiguous else names.get(word)


def country_name(code: str) -> str:
    """The English name of a country code as CLDR has it, or the code itself if it has none."""
    return _english().get(code, code)


@cache
def _english() -> dict[str, str]:
    from babel import Locale

    return {
        str(code): str(name)
        for code, name in Locale("en").territories.items()
        if len(str(code)) == 2 and str(code).isalpha() and code not in _NOT_PLACES
    }


@cache
def _tables() -> tuple[dict[str, str], dict[str, str], frozenset[str]]:
    text = files("accord.facts").joinpath("countries.toml").read_text(encoding="utf-8")
    data = tomllib.loads(text)
    exact = {name: code for code, names in data["exact"].items() for name in names}
    names: dict[str, str] = {}
    for code, name in _english().items():
        names[_word(name)] = code
        # "Myanmar (Burma)" is not written so in news; the parts stand in the table.
        names[_word(name.replace(" SAR China", ""))] = code
    for code, words in data["names"].items():
        for word in words:
            names[_word(word)] = code
    return exact, names, frozenset(_word(word) for word in data["ambiguous"])


def _word(text: str) -> str:
    word = re.sub(r"^the ", "", fold(text).replace(".", "").replace("&", "and"))
    return re.sub(r"[\s-]+", " ", word).strip()
