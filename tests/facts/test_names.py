import pytest
from hypothesis import given
from hypothesis import strategies as st

from accord.facts import contains_name, country_key, country_name, is_proper, name_key, same_name


@pytest.mark.parametrize(
    ("text", "key"),
    [
        ("Azimuth Industrial Co., Ltd.", "azimuth industrial"),
        ("Tokyo Ohka Kogyo Co., Ltd", "tokyo ohka kogyo"),
        ("Microsoft Corp.", "microsoft"),
        ("Microsoft’s", "microsoft"),
        ("the Microsoft Corporation", "microsoft"),
        ("KLA Corporation", "kla"),
        ("PT Telkom Indonesia (Persero) Tbk", "telkom indonesia"),
        ("América Móvil, S.A.B. de C.V.", "america movil"),
        ("Nestlé S.A.", "nestle"),
        ("Eni S.p.A.", "eni"),
        ("SAP SE", "sap"),
        ("BASF SE & Co. KGaA", "basf"),
        ("AT&T Inc", "at and t"),
        ("Johnson & Johnson", "johnson and johnson"),
        ("Bain & Co", "bain"),
        ("AB Volvo", "volvo"),
        ("OOO Gazprom", "gazprom"),
        ("McDonald's", "mcdonald"),
        ("McDonald’s Corp.", "mcdonald"),
        ("3M Company", "3m"),
        ("NVIDIA", "nvidia"),
        ("Ｎｖｉｄｉａ", "nvidia"),
        ("GmbH", "gmbh"),
        ("The Limited", "limited"),
        ("US-JOINT", "us joint"),
        ("日本電信電話", "日本電信電話"),
        ("Japanese government", "government:JP"),
        ("the Government of Japan", "government:JP"),
        ("United States", "country:US"),
        ("...", "..."),
    ],
)
def test_organisations(text, key):
    assert name_key(text) == key


@pytest.mark.parametrize(
    ("text", "code"),
    [
        *(
            (text, "US")
            for text in (
                "US",
                "U.S.",
                "USA",
                "U.S.A.",
                "American",
                "America",
                "the United States",
                "United States of America",
                "Americans",
                "the US's",
            )
        ),
        *(
            (text, "GB")
            for text in ("UK", "U.K.", "Britain", "British", "Great Britain", "United Kingdom")
        ),
        ("Japanese", "JP"),
        ("the Netherlands", "NL"),
        ("Dutch", "NL"),
        ("Côte d’Ivoire", "CI"),
        ("Ivory Coast", "CI"),
        ("Türkiye", "TR"),
        ("Turkey", "TR"),
        ("South Korean", "KR"),
        ("DPRK", "KP"),
        ("Nigerien", "NE"),
        ("Nigerian", "NG"),
        ("Czech Republic", "CZ"),
        ("Hong Kong", "HK"),
        ("EU", "EU"),
        ("Burma", "MM"),
        ("the Bahamas", "BS"),
        ("Bosnia and Herzegovina", "BA"),
        ("UAE", "AE"),
        ("us", None),
        ("Korea", None),
        ("Georgia", None),
        ("Congo", None),
        ("Silicon Valley", None),
        ("", None),
    ],
)
def test_countries(text, code):
    assert country_key(text) == code


def test_every_country_has_an_adjective_or_its_name():
    from accord.facts.countries import _english, _tables

    _, names, ambiguous = _tables()
    for code, name in _english().items():
        assert code in names.values()
        assert country_key(name) in (code, None)
        assert country_name(code) == name
    assert not ambiguous & {"japanese", "us", "american"}


@pytest.mark.parametrize(
    ("a", "b", "kind", "same"),
    [
        ("Resonac Holdings", "Resonac", "ORG", True),
        ("Nvidia", "NVIDIA Corp.", "ORG", True),
        ("US-JOINT Consortium", "US-JOINT", "ALLIANCE", True),
        ("Azimuth Industrial Co Ltd", "Azimuth", "ORG", True),
        ("Google Cloud", "Google", "ORG", False),
        ("Oracle Japan", "Oracle", "ORG", False),
        ("Bank of England", "Bank", "ORG", False),
        ("Microsoft", "Micro", "ORG", False),
        ("Fumio Kishida", "Kishida", "PERSON", True),
        ("Prime Minister Fumio Kishida", "Mr Kishida", "PERSON", True),
        ("Tim Cook", "T. Cook", "PERSON", True),
        ("Joe Biden", "Jill Biden", "PERSON", False),
        ("US", "American", "GPE", True),
        ("Tokyo", "East Tokyo", "GPE", False),
        ("North Korea", "Korea", "GPE", False),
    ],
)
def test_same_name(a, b, kind, same):
    assert same_name(a, b, kind) is same
    assert same_name(b, a, kind) is same


@pytest.mark.parametrize(
    ("text", "proper"),
    [
        ("US-JOINT", True),
        ("Bank of Japan", True),
        ("Consortium", False),
        ("strategic alliance", False),
        ("US firm", False),
        ("They", False),
        ("partnering", False),
        ("日本", True),
        ("company", False),
    ],
)
def test_names_and_descriptions(text, proper):
    assert is_proper(text) is proper


@given(st.text(max_size=40), st.sampled_from(["ORG", "GPE", "PERSON", "GROUP", "ALLIANCE"]))
def test_never_raises_and_names_equal_themselves(text, kind):
    assert name_key(text, kind) == name_key(text, kind)
    assert same_name(text, text, kind)
    assert not contains_name(text, text, kind) or kind == "PERSON"


@given(st.from_regex(r"[A-Z][a-z]{3,8}(?: [A-Z][a-z]{3,8})?", fullmatch=True))
def test_legal_forms_and_case_do_not_count(name):
    for form in ("Inc.", "Corp.", "Co., Ltd.", "GmbH", "PLC"):
        assert name_key(f"{name} {form}") == name_key(name)
    if country_key(name) is None:
        assert name_key(name.upper()) == name_key(name)
