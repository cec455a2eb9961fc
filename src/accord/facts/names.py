"""Normal forms of names, so that different spellings of one party can be found equal.

A normal form is a key for comparison, not for display. Sources: cleanco's list of legal forms, with
those it lacks in name_words.toml; Unicode CLDR for countries (see `countries`).
"""

import re
import tomllib
from functools import cache, lru_cache
from importlib.resources import files

from accord.facts.countries import country_key
from accord.facts.folding import fold, tidy

_GOVERNMENT = r"government|administration|govt"


def is_pronoun(text: str) -> bool:
    """Whether a text only points to somebody ("they", "its") and names nobody."""
    # "US" is a country, "us" is not.
    return _plain(text) in _words("pronouns") and country_key(text) is None


def is_proper(text: str) -> bool:
    """Whether a text names somebody rather than describing them, as its capitals show.

    "US-JOINT Consortium" and "Bank of Japan" are names; "strategic alliance", "Consortium" and
    "US firm" are not.
    """
    if is_pronoun(text):
        return False
    generic = _words("generic")
    country = described = False
    for word in re.findall(r"[\w&'.-]+", _bare(text)):
        if not any(c.isupper() or c.isdigit() for c in word):
            # A script without case (Japanese) shows no difference; take it for a name.
            if any(c.isalpha() and c.lower() == c.upper() for c in word):
                return True
            described = described or word not in ("of", "and", "for", "the", "in", "de", "&")
        elif country_key(word) is not None:
            country = True
        elif fold(word).strip(".'-") not in generic:
            return True
    return country and not described


@lru_cache(maxsize=8192)
def name_key(text: str, kind: str = "ORG") -> str:
    """Normal form of a name of a mention type ("ORG", "GPE", "PERSON", any other).

    A country is "country:JP", whichever word it is named by, and its government "government:JP",
    whatever the type (but for persons). Organisations lose legal forms
    ("Co., Ltd."), persons titles. Case, accents, punctuation, a leading article and a final
    possessive never count. A text without any letter or digit is its own key.
    """
    bare = _bare(text)
    if kind == "PERSON":
        return _person(bare) or bare
    code = country_key(bare)
    if code is not None:
        return f"country:{code}"
    if kind == "GPE":
        return _plain(bare) or bare
    if (government := _government(bare)) is not None:
        return f"government:{government}"
    if kind in ("GROUP", "PURPOSE", "PLEDGE"):
        return _plain(bare) or bare
    return _organisation(bare) or bare


def same_name(a: str, b: str, kind: str = "ORG") -> bool:
    """Whether two names denote one party: equal normal forms, or one contains the other.

    Containment is that of `contains_name`. This compares names alone; what else a document says
    (two "Bidens") is for coreference.
    """
    return (
        name_key(a, kind) == name_key(b, kind)
        or contains_name(a, b, kind)
        or contains_name(b, a, kind)
    )


def contains_name(longer: str, shorter: str, kind: str = "ORG") -> bool:
    """Whether the longer name is a fuller form of the shorter ("Resonac Holdings", "Resonac").

    Persons: the shorter is the family name, or the given name or initial goes with it ("Tim Cook",
    "Cook", "T. Cook"). Organisations and alliances: the longer begins with the shorter and what
    follows names no part, place or other business ("Google Cloud" is not "Google", nor "Oracle
    Japan" "Oracle"). Places: never.
    """
    long_key, short_key = name_key(longer, kind), name_key(shorter, kind)
    long_words, short_words = long_key.split(), short_key.split()
    if not short_words or len(short_words) >= len(long_words) or ":" in long_key + short_key:
        # Persons of equal length may still be "Tim Cook" and "T Cook".
        return kind == "PERSON" and _initials(long_words, short_words)
    if kind == "PERSON":
        if len(short_words) == 1:
            return short_words[0] == long_words[-1] and len(short_words[0]) > 1
        return _initials(long_words, short_words)
    if kind not in ("ORG", "ALLIANCE"):
        return False
    if long_words[: len(short_words)] != short_words or set(short_words) <= _words("generic"):
        return False
    extra = long_words[len(short_words) :]
    return not any(
        word in _words("parts") or country_key(word) or word in ("of", "and", "for", "in", "s")
        for word in extra
    )


def _initials(long_words: list[str], short_words: list[str]) -> bool:
    """Whether "t cook" is "tim cook": one family name, and given names that agree."""
    if len(long_words) < 2 or len(short_words) < 2 or long_words[-1] != short_words[-1]:
        return False
    given, initial = long_words[0], short_words[0]
    if len(initial) == 1 or len(given) == 1:
        return given[0] == initial[0]
    return given == initial


def _bare(text: str) -> str:
    """Without quotation marks, leading article and final possessive."""
    bare = tidy(text).strip("\"'“”„«»()[],;: ")
    bare = re.sub(r"^(?:the|a|an) (?=.)", "", bare, flags=re.IGNORECASE)
    bare = re.sub(r"(?<=s)'$|'s$", "", bare, flags=re.IGNORECASE)
    return bare.strip()


@lru_cache(maxsize=8192)
def _plain(text: str) -> str:
    """Folded words parted by single spaces; "&" is "and", dots inside abbreviations vanish."""
    folded = fold(text).replace("&", " and ").replace("+", " plus ")
    folded = re.sub(r"(?<=\b\w)\.(?=\w\b)|(?<=\w)\.(?=\s|$|,)", "", folded)
    # "McDonald's" and "McDonald's Corp." lose the same letters.
    folded = re.sub(r"'s\b", "", folded).replace("'", "")
    return " ".join(re.findall(r"\w+", folded))


def _government(bare: str) -> str | None:
    if match := re.fullmatch(rf"(.+?) (?:{_GOVERNMENT})", bare, flags=re.IGNORECASE):
        return country_key(re.sub(r"(?i)\b(?:federal|central|national)$", "", match[1]).strip())
    if match := re.fullmatch(rf"(?:{_GOVERNMENT}) of (.+)", bare, flags=re.IGNORECASE):
        return country_key(match[1])
    return None


def _organisation(bare: str) -> str:
    from cleanco import basename

    name = bare
    while name:
        # cleanco takes off one legal form at a time, and leaves some.
        shorter = basename(name, suffix=True, prefix=False, middle=False).strip(" ,&-")
        if shorter == name or not _keeps_name(shorter):
            break
        name = shorter
    words = _plain(name).split()
    again = True
    while again:
        again = False
        for size in (4, 3, 2, 1):
            if (
                len(words) > size
                and " ".join(words[-size:]) in _words("suffixes")
                and words[:-size] not in (["and"], ["the"])
            ):
                words = words[:-size]
                again = True
                break
        if words and words[-1] == "and":
            words.pop()
    if len(words) > 1 and words[0] in _words("prefixes"):
        words = words[1:]
    return " ".join(words)


def _keeps_name(text: str) -> bool:
    return bool(_plain(text)) and _plain(text) not in ("the", "a", "and")


def _person(bare: str) -> str:
    words = _plain(bare).split()
    changed = True
    while changed and len(words) > 1:
        changed = False
        for size in (2, 1):
            if len(words) > size and " ".join(words[:size]) in _words("titles"):
                words = words[size:]
                changed = True
                break
        if len(words) > 1 and words[-1] in _words("person_suffixes"):
            words = words[:-1]
            changed = True
    return " ".join(words)


@cache
def _words(name: str) -> frozenset[str]:
    text = files("accord.facts").joinpath("name_words.toml").read_text(encoding="utf-8")
    return frozenset(tomllib.loads(text)[name])
