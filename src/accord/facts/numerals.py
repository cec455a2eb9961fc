"""Numbers as news writes them: digits with their grouping, number words, scales.

English usage: a point before decimals, commas between thousands. Other usages are read where
nothing else could be meant ("1,5", "1.234,56", "1.234.567", "1 234 567", "1,00,000").
"""

import re
from decimal import Decimal

WORDS = {
    "zero": 0, "one": 1, "two": 2, "three": 3, "four": 4, "five": 5, "six": 6, "seven": 7,
    "eight": 8, "nine": 9, "ten": 10, "eleven": 11, "twelve": 12, "dozen": 12, "thirteen": 13,
    "fourteen": 14, "fifteen": 15, "sixteen": 16, "seventeen": 17, "eighteen": 18,
    "nineteen": 19, "twenty": 20, "thirty": 30, "forty": 40, "fourty": 40, "fifty": 50,
    "sixty": 60, "seventy": 70, "eighty": 80, "ninety": 90,
}  # fmt: skip
"""Number words and what they add."""

_ZEROS = {
    2: "hundred hundreds",
    3: "k thousand thousands grand",
    5: "lakh lakhs lac lacs",
    6: "m mn mln mio mm million millions",
    7: "cr crore crores",
    9: "b bn bln billion billions mrd milliard milliards",
    12: "t tn trn tln trillion trillions",
    15: "quadrillion quadrillions",
}

SCALES = {word: 10**zeros for zeros, words in _ZEROS.items() for word in words.split()}
"""Words that multiply what stands before them."""

FRACTIONS = {
    "half": (1, 2), "halves": (1, 2), "third": (1, 3), "thirds": (1, 3), "quarter": (1, 4),
    "quarters": (1, 4), "fifth": (1, 5), "fifths": (1, 5), "eighth": (1, 8), "eighths": (1, 8),
    "tenth": (1, 10), "tenths": (1, 10),
}  # fmt: skip
"""Words for parts of a whole, as numerator and denominator."""

VULGAR = {
    "½": "1/2", "¼": "1/4", "¾": "3/4", "⅓": "1/3", "⅔": "2/3", "⅕": "1/5", "⅖": "2/5",
    "⅗": "3/5", "⅘": "4/5", "⅙": "1/6", "⅚": "5/6", "⅐": "1/7", "⅛": "1/8", "⅜": "3/8",
    "⅝": "5/8", "⅞": "7/8", "⅑": "1/9", "⅒": "1/10",
}  # fmt: skip
"""Fraction signs spelt out."""

_PLAIN = re.compile(r"[0-9]+(?:\.[0-9]+)?|\.[0-9]+")
_THOUSANDS = re.compile(r"[0-9]{1,3}(?:,[0-9]{3})+(?:\.[0-9]+)?")
_INDIAN = re.compile(r"[0-9]{1,2}(?:,[0-9]{2})+,[0-9]{3}(?:\.[0-9]+)?")
_POINTS = re.compile(r"[0-9]{1,3}(?:\.[0-9]{3}){2,}(?:,[0-9]+)?|[0-9]{1,3}(?:\.[0-9]{3})+,[0-9]+")
_COMMA = re.compile(r"[0-9]+,(?:[0-9]{1,2}|[0-9]{4,})|0,[0-9]+")
_APART = re.compile(r"[0-9]{1,3}(?:[ '][0-9]{3})+(?:[.,][0-9]+)?")


def read_digits(text: str) -> Decimal | None:
    """The value of a written number, None if it follows no known way of grouping digits.

    "1,234" is one thousand and "1.234" a little more than one, as English has it.
    """
    if not text.isascii():
        return None
    if _PLAIN.fullmatch(text) or _THOUSANDS.fullmatch(text) or _INDIAN.fullmatch(text):
        return Decimal(text.replace(",", ""))
    if _POINTS.fullmatch(text):
        return Decimal(text.replace(".", "").replace(",", "."))
    if _COMMA.fullmatch(text):
        return Decimal(text.replace(",", "."))
    if _APART.fullmatch(text):
        return Decimal(re.sub("[ ']", "", text).replace(",", "."))
    return None
