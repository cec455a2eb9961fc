"""One way to bring text into a form in which spellings can be compared."""

import re
import unicodedata

_APOSTROPHES = str.maketrans({"’": "'", "‘": "'", "ʼ": "'", "ʻ": "'", "`": "'", "´": "'"})
_DASHES = str.maketrans("‐‑‒–—―−﹘﹣－", "-" * 10)
_LETTERS = {ord("ł"): "l", ord("ø"): "o", ord("đ"): "d", ord("æ"): "ae", ord("œ"): "oe"}


def tidy(text: str) -> str:
    """The text in Unicode NFKC with plain apostrophes and hyphens and single spaces."""
    plain = text.translate(_APOSTROPHES)
    plain = unicodedata.normalize("NFKC", plain).translate(_APOSTROPHES).translate(_DASHES)
    return re.sub(r"\s+", " ", plain).strip()


def fold(text: str) -> str:
    """`tidy` without case and accents: "São Tomé" and "SAO TOME" are one."""
    parts = unicodedata.normalize("NFKD", tidy(text).casefold())
    bare = "".join(c for c in parts if not unicodedata.combining(c))
    return bare.translate(_LETTERS)
