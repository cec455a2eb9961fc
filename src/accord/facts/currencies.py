"""Which currencies a sign, a code or a word of a text may stand for.

Sources: ISO 4217 codes and English currency names of Unicode CLDR (through babel), each country's
currency in use (the same), and currencies.toml beside this file for signs and spellings.
"""

import tomllib
from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from typing import Any

from accord.facts.countries import country_key
from accord.facts.folding import fold

_CENT = "cent"
_PENNY = "penny"


@dataclass(frozen=True, slots=True)
class Unit:
    """What a sign or word of money may mean.

    `codes` are the possible currencies (ISO 4217), `default` the one assumed where nothing in
    the text decides (None: it stays unknown), `hundredth` True for cents and pence. A nationality
    ("Canadian") has the currencies of its country and no unit of its own: `bare` is False.
    """

    codes: frozenset[str]
    default: str | None = None
    hundredth: bool = False
    bare: bool = True


def sign_unit(text: str) -> Unit | None:
    """The unit that a sign ("$", "HK$", "Rs") or a code ("USD") stands for; case counts."""
    known = _signs().get(text)
    if known is not None:
        return known
    return Unit(frozenset({text})) if text in _codes() else None


def word_unit(text: str) -> Unit | None:
    """The unit that a word or name ("dollars", "Australian dollars", "yen") stands for."""
    return _words().get(fold(text))


def nation_unit(text: str) -> Unit | None:
    """The currencies of the country that a name or adjective ("Canadian", "US") stands for."""
    code = country_key(text)
    if code is None:
        return None
    used = _used().get(code, frozenset())
    return Unit(used, bare=False) if used else None


@cache
def _data() -> dict[str, Any]:
    text = files("accord.facts").joinpath("currencies.toml").read_text(encoding="utf-8")
    return tomllib.loads(text)


@cache
def _codes() -> frozenset[str]:
    """ISO codes, with those no longer in use (DEM), without metals and tests (XAU, XTS)."""
    from babel import Locale

    special = {"XAF", "XCD", "XCG", "XOF", "XPF"}
    codes = map(str, Locale("en").currencies)
    return frozenset(code for code in codes if not code.startswith("X") or code in special)


@cache
def _used() -> dict[str, frozenset[str]]:
    from babel import Locale
    from babel.numbers import get_territory_currencies

    used = {
        code: frozenset(get_territory_currencies(code))
        for code in map(str, Locale("en").territories)
        if len(code) == 2 and code.isalpha()
    }
    # Their own currencies, which countries that now use the euro had, are met in older news.
    for country, old in {"DE": "DEM", "FR": "FRF", "IT": "ITL", "ES": "ESP", "NL": "NLG",
                         "BE": "BEF", "AT": "ATS", "FI": "FIM", "IE": "IEP", "GR": "GRD",
                         "PT": "PTE", "LU": "LUF"}.items():  # fmt: skip
        used[country] |= {old}
    return used


@cache
def _plurals() -> dict[str, set[str]]:
    """The English names of currencies, singular and plural, and what each may stand for."""
    from babel.numbers import get_currency_name

    now = frozenset().union(*_used().values())
    names: dict[str, set[str]] = {}
    for code in sorted(_codes(), key=lambda c: (c not in now, c)):
        for count in (1, 2):
            name = fold(get_currency_name(code, count, locale="en"))
            # Names with a year or a remark are those of currencies long gone.
            if "(" not in name and (code in now or name not in names):
                names.setdefault(name, set()).add(code)
    return names


@cache
def _words() -> dict[str, Unit]:
    data = _data()
    now = frozenset().union(*_used().values())
    default: dict[str, str] = data["default"]
    units: dict[str, set[str]] = {}
    singular: dict[str, str] = {}
    for name, codes in _plurals().items():
        unit = name.rsplit(" ", 1)[-1]
        if unit != "gold":
            units.setdefault(unit, set()).update(codes & now)
    for word in sorted(units):
        for stem in (word.removesuffix("s"), word.removesuffix("es"), word):
            if stem in units:
                singular[word] = stem
                break
    words: dict[str, Unit] = {}
    for word, stem in {**singular, **data["units"]}.items():
        both = frozenset(units.get(word, set()) | units.get(stem, set()))
        if both:
            words[fold(word)] = Unit(both, default.get(stem))
    for name, possible in _plurals().items():
        words.setdefault(name, Unit(frozenset(possible)))
    for word, listed in data["candidates"].items():
        words[word] = Unit(frozenset(listed), default.get(word))
    for word, stem in data["units"].items():
        if stem == _CENT:
            cents = words["dollar"].codes | {"EUR", "ZAR"}
            words[word] = Unit(cents, "USD", hundredth=True)
        elif stem == _PENNY:
            words[word] = Unit(words["pound"].codes, "GBP", hundredth=True)
    return words


@cache
def _signs() -> dict[str, Unit]:
    data = _data()
    default: dict[str, str] = data["default"]
    signs = {
        sign: Unit(frozenset(codes), default.get(sign)) for sign, codes in data["signs"].items()
    }
    words = _words()
    signs["$"] = Unit(words["dollar"].codes | words["peso"].codes | {"BRL", "NIO"}, "USD")
    signs["¢"] = words["cent"]
    return signs
