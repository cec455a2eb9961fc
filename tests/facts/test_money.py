from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from accord.facts import parse_money
from accord.facts.numerals import read_digits

M = 10**6
BN = 10**9
TN = 10**12

SINGLE = [
    # The seed articles.
    ("$15.24 billion", 15_240_000_000, "USD", "exact"),
    ("$1 billion", BN, "USD", "exact"),
    ("over $8 billion", 8 * BN, "USD", "more than"),
    ("approximately $740 million", 740 * M, "USD", "about"),
    ("$2.9 billion", 2_900_000_000, "USD", "exact"),
    # Signs and codes.
    ("up to €50 million", 50 * M, "EUR", "at most"),
    ("A$5m", 5 * M, "AUD", "exact"),
    ("C$3.5 billion", 3_500_000_000, "CAD", "exact"),
    ("NZ$20m", 20 * M, "NZD", "exact"),
    ("HK$7.8bn", 7_800_000_000, "HKD", "exact"),
    ("US$10bn", 10 * BN, "USD", "exact"),
    ("S$40 million", 40 * M, "SGD", "exact"),
    ("NT$300 million", 300 * M, "TWD", "exact"),
    ("R$5 billion", 5 * BN, "BRL", "exact"),
    ("¥500 billion", 500 * BN, "JPY", "exact"),
    ("CN¥20 million", 20 * M, "CNY", "exact"),
    ("₹2,000 crore", 20 * BN, "INR", "exact"),
    ("Rs 500 crore", 5 * BN, "INR", "exact"),
    ("Rs. 1,00,000", 100_000, "INR", "exact"),
    ("Rs 1.5 lakh crore", 1_500 * BN, "INR", "exact"),
    ("CHF 20 million", 20 * M, "CHF", "exact"),
    ("SEK5bn", 5 * BN, "SEK", "exact"),
    ("EUR5m", 5 * M, "EUR", "exact"),
    ("5m EUR", 5 * M, "EUR", "exact"),
    ("R500m", 500 * M, "ZAR", "exact"),
    ("RM5 billion", 5 * BN, "MYR", "exact"),
    ("Ksh 5 million", 5 * M, "KES", "exact"),
    ("$ 5 million", 5 * M, "USD", "exact"),
    # Words.
    ("1.2 trillion yen", 1_200 * BN, "JPY", "exact"),
    ("500 million yuan", 500 * M, "CNY", "exact"),
    ("5 million Australian dollars", 5 * M, "AUD", "exact"),
    ("10 billion Hong Kong dollars", 10 * BN, "HKD", "exact"),
    ("100 million New Taiwan dollars", 100 * M, "TWD", "exact"),
    ("5 million U.S. dollars", 5 * M, "USD", "exact"),
    ("$5 million Canadian", 5 * M, "CAD", "exact"),
    ("Canadian $5 million", 5 * M, "CAD", "exact"),
    ("200 million kronor", 200 * M, "SEK", "exact"),
    ("200 million Danish kroner", 200 * M, "DKK", "exact"),
    ("200m Norwegian kroner", 200 * M, "NOK", "exact"),
    ("300 million kroner", 300 * M, None, "exact"),
    ("20 million francs", 20 * M, None, "exact"),
    ("500 million Swiss francs", 500 * M, "CHF", "exact"),
    ("300 million Kenyan shillings", 300 * M, "KES", "exact"),
    ("5 billion Indian rupees", 5 * BN, "INR", "exact"),
    ("3 trillion won", 3 * TN, "KRW", "exact"),
    ("1.5bn zloty", 1_500 * M, "PLN", "exact"),
    ("100 million reais", 100 * M, "BRL", "exact"),
    ("2 billion ringgit", 2 * BN, "MYR", "exact"),
    ("40 million rand", 40 * M, "ZAR", "exact"),
    ("5 pounds", 5, "GBP", "exact"),
    ("two million euros", 2 * M, "EUR", "exact"),
    ("50 cents", "0.5", "USD", "exact"),
    ("40p", "0.4", "GBP", "exact"),
    # Number words and fractions.
    ("half a billion dollars", 500 * M, "USD", "exact"),
    ("a quarter of a million pounds", 250_000, "GBP", "exact"),
    ("three quarters of a billion pounds", 750 * M, "GBP", "exact"),
    ("one and a half million pounds", 1_500_000, "GBP", "exact"),
    ("two-and-a-half billion dollars", 2_500 * M, "USD", "exact"),
    ("2 1/2 million dollars", 2_500_000, "USD", "exact"),
    ("2½ million dollars", 2_500_000, "USD", "exact"),
    ("a million dollars", M, "USD", "exact"),
    ("one hundred and fifty thousand dollars", 150_000, "USD", "exact"),
    ("twenty-five million dollars", 25 * M, "USD", "exact"),
    ("two million five hundred thousand euros", 2_500_000, "EUR", "exact"),
    # Bounds.
    ("nearly $5 billion", 5 * BN, "USD", "about"),
    ("an estimated $3bn", 3 * BN, "USD", "about"),
    ("some $20 million", 20 * M, "USD", "about"),
    ("at least €100 million", 100 * M, "EUR", "at least"),
    ("$5 billion or more", 5 * BN, "USD", "at least"),
    ("$1bn-plus", BN, "USD", "at least"),
    ("$100,000+", 100_000, "USD", "at least"),
    ("no more than $5m", 5 * M, "USD", "at most"),
    ("as much as $100 million", 100 * M, "USD", "at most"),
    ("just over £3m", 3 * M, "GBP", "more than"),
    ("more than half a million dollars", 500_000, "USD", "more than"),
    ("less than a billion dollars", BN, "USD", "less than"),
    # Figures as other languages write them, where nothing else can be meant.
    ("1,5 billion euros", 1_500 * M, "EUR", "exact"),
    ("1.234,56 €", "1234.56", "EUR", "exact"),
    ("€1.234.567", 1_234_567, "EUR", "exact"),
    ("1 000 000 SEK", M, "SEK", "exact"),
    ("$10,000,000", 10 * M, "USD", "exact"),
    # Around the figure.
    ("$5-billion", 5 * BN, "USD", "exact"),
    ("$10-million-dollar", 10 * M, "USD", "exact"),
    ("$1.2 billion (€1.1 billion)", 1_200 * M, "USD", "exact"),
    ("a total of $5 million", 5 * M, "USD", "exact"),
    ("$200 million in cash", 200 * M, "USD", "exact"),
    ("$5 billion investment", 5 * BN, "USD", "exact"),
]


@pytest.mark.parametrize(("text", "value", "currency", "bound"), SINGLE)
def test_a_single_sum(text, value, currency, bound):
    money = parse_money(text)
    assert (money.value, money.currency, money.bound) == (Decimal(value), currency, bound)
    assert money.text == text
    assert money.reason is None


@pytest.mark.parametrize(
    ("text", "low", "high", "currency"),
    [
        ("$1.5-2 billion", 1_500 * M, 2 * BN, "USD"),
        ("$1.5 billion to $2 billion", 1_500 * M, 2 * BN, "USD"),
        ("between $5m and $10m", 5 * M, 10 * M, "USD"),
        ("$50m–$60m", 50 * M, 60 * M, "USD"),
        ("5 to 10 billion euros", 5 * BN, 10 * BN, "EUR"),
        ("$500 to $1 million", 500, M, "USD"),
        ("around 2-3 million euros", 2 * M, 3 * M, "EUR"),
        ("$1 million or $2 million", M, 2 * M, "USD"),
        ("two hundred to three hundred million dollars", 200 * M, 300 * M, "USD"),
        ("1 to 1.5 lakh crore rupees", TN, 1_500 * BN, "INR"),
    ],
)
def test_a_range(text, low, high, currency):
    money = parse_money(text)
    assert (money.bound, money.value) == ("range", None)
    assert (money.low, money.high, money.currency) == (low, high, currency)
    assert money.interval == (low, high)


@pytest.mark.parametrize(
    ("text", "reason", "currency"),
    [
        ("several hundred million dollars", "'several' gives no figure", "USD"),
        ("tens of billions of dollars", "'tens of' gives no figure", "USD"),
        ("millions of dollars", "'millions' gives no figure", "USD"),
        ("multibillion-dollar", "'multibillion' gives no figure", "USD"),
        ("a few million euros", "'a few' gives no figure", "EUR"),
        ("$3 million and $4 million", "several amounts", "USD"),
        ("$5 million or €4 million", "several currencies: $, €", None),
        ("$1,2,3", "cannot read the number '1,2,3'", None),
        ("X$5", "unknown currency sign 'X$'", None),
        ("5 per cent", "a share, not a sum", None),
        ("€10 to €5", "a range that does not rise", "EUR"),
        ("generous support", "no figure", None),
        ("", "no figure", None),
        ("$" + "1" * 600, "longer than 500 characters", None),
    ],
)
def test_what_cannot_be_read_says_why(text, reason, currency):
    money = parse_money(text)
    assert (money.value, money.low, money.high) == (None, None, None)
    assert (money.reason, money.currency) == (reason, currency)


@pytest.mark.parametrize(
    ("text", "assumed"),
    [
        ("$5", ("$ read as USD",)),
        ("5 dollars", ("dollars read as USD",)),
        ("¥5", ("¥ read as JPY",)),
        ("£5", ("£ read as GBP",)),
        ("kr 5", ("kr may be DKK, ISK, NOK, SEK",)),
        ("5 million", ("no currency is named",)),
        ("US$5", ()),
        ("$5 USD", ()),
        ("€5", ()),
        (
            "$5 to $10 million",
            ("the scale of the second figure is taken for both", "$ read as USD"),
        ),
        ("$5 (€4)", ("left out '( € 4 )'", "$ read as USD")),
        ("€5 grant", ("left out 'grant'",)),
        ("a third of a million euros", ("rounded to hundredths",)),
    ],
)
def test_what_is_assumed_is_said(text, assumed):
    assert set(parse_money(text).assumed) == set(assumed)


def test_rates_keep_their_period():
    assert parse_money("£1.2bn a year").per == "year"
    assert parse_money("$12 an hour").per == "hour"
    assert parse_money("$5").per is None


def test_open_intervals():
    assert parse_money("over $8 billion").interval == (8 * BN, None)
    assert parse_money("up to $8 billion").interval == (None, 8 * BN)
    assert parse_money("$8 billion").interval == (8 * BN, 8 * BN)


SCALES = {
    "": 1,
    "k": 1000,
    " thousand": 1000,
    "m": M,
    " mn": M,
    " million": M,
    "bn": BN,
    " billion": BN,
    " trillion": TN,
    " crore": 10**7,
    " lakh": 10**5,
}
FORMS = {
    "US${}": "USD",
    "€{}": "EUR",
    "USD {}": "USD",
    "{} euros": "EUR",
    "{} yen": "JPY",
    "{} Canadian dollars": "CAD",
    "{} GBP": "GBP",
    "A${}": "AUD",
}
BOUNDS = {
    "": "exact",
    "over ": "more than",
    "up to ": "at most",
    "about ": "about",
    "at least ": "at least",
    "less than ": "less than",
}


@given(
    cents=st.integers(0, 10**9),
    places=st.integers(0, 2),
    scale=st.sampled_from(sorted(SCALES)),
    form=st.sampled_from(sorted(FORMS)),
    bound=st.sampled_from(sorted(BOUNDS)),
    grouped=st.booleans(),
)
def test_what_is_written_is_read_again(cents, places, scale, form, bound, grouped):
    value = Decimal(cents).scaleb(-places)
    figure = f"{value:,f}" if grouped else f"{value:f}"
    money = parse_money(bound + form.format(figure + scale))
    assert money.reason is None
    assert (money.value, money.currency) == (value * SCALES[scale], FORMS[form])
    assert money.bound == BOUNDS[bound]


@given(st.text(max_size=60))
def test_never_raises(text):
    money = parse_money(text)
    assert (money.value is not None or money.low is not None) == (money.reason is None)


WORDS = st.sampled_from(
    [
        "$",
        "€",
        "A$",
        "kr",
        "Rs",
        "5",
        "1.5",
        "1,000",
        "2½",
        "1/0",
        "million",
        "bn",
        "crore",
        "half",
        "a",
        "quarter",
        "of",
        "the",
        "and",
        "to",
        "-",
        "–",
        "or",
        "between",
        "up",
        "over",
        "about",
        "dollars",
        "euros",
        "Canadian",
        "US",
        "p",
        "cents",
        "(",
        ")",
        "%",
        "several",
        "plus",
        "a",
        "year",
        "hundred",
        "two",
        "twenty",
    ]
)


@given(st.lists(WORDS, max_size=9).map(" ".join))
def test_never_raises_on_its_own_words(text):
    money = parse_money(text)
    assert (money.value is not None or money.low is not None) == (money.reason is None)


@given(st.integers(0, 10**15))
def test_indian_grouping(number):
    digits = str(number)
    head, tail = digits[:-3], digits[-3:]
    pairs = [head[max(0, i - 2) : i] for i in range(len(head), 0, -2)][::-1]
    assert read_digits(",".join([*pairs, tail])) == number
