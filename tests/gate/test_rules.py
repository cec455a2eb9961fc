"""Rules: every spelling, and what is said of a slip."""

import pytest

from accord.errors import InputError
from accord.gate.rules import ERROR_KINDS, ErrorShare, Exact, Limit, NotWorse, parse_rule
from accord.gate.settings import parse_required, read_settings
from accord.schema import read_schema
from sample_corpus import SCHEMA


@pytest.fixture
def schema(tmp_path):
    (tmp_path / "schema.toml").write_text(SCHEMA)
    return read_schema(tmp_path / "schema.toml")


@pytest.mark.parametrize(
    ("text", "kind"),
    [
        ("relation.strict.micro.f1 >= 0.7", Limit),
        ("relation.direction.errors < 0.02", Limit),
        ("mention.boundary.PLEDGE.recall not_worse delta=0.02 p=0.05", NotWorse),
        ("relation.strict.pledges.precision not_worse", NotWorse),
        ("mention.type.errors not_worse delta=0.01 sd=0.004", NotWorse),
        ("mention.strict.micro.f1 exact", Exact),
    ],
)
def test_a_rule_reads_back_as_it_is_printed(schema, text, kind):
    rule = parse_rule(text, schema)
    assert type(rule) is kind
    assert str(rule) == text
    assert parse_rule(str(rule), schema) == rule


def test_spaces_do_not_matter(schema):
    assert parse_rule(" relation.strict.micro.f1>=0.7 ", schema) == parse_rule(
        "relation.strict.micro.f1   >=  0.70", schema
    )


def test_every_kind_of_error_has_a_share(schema):
    for target, kinds in ERROR_KINDS.items():
        for kind in kinds:
            share = ErrorShare(target, kind)
            assert parse_rule(f"{share} not_worse", schema).measure == share


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        ("relation.strict.micro.f1", "not a rule: 'relation.strict.micro.f1'; a rule is MEASURE"),
        ("relation.strict.micro.f2 >= 1", "the statistic is one of precision, recall, f1"),
        ("mention.strict.OGR.f1 exact", "not 'OGR'; did you mean ORG?"),
        ("relation.direktion.errors exact", "did you mean relation.direction.errors?"),
        ("mention.direction.errors exact", "no such share of errors: 'mention.direction.errors'"),
        ("relation.strict.micro.f1 >= 70", "is a fraction from 0 to 1, not 70 (figures are not"),
        ("relation.strict.micro.f1 >= high", "the limit is a number, not 'high'"),
        ("relation.strict.micro.f1 >= 0.7 0.8", "one number follows '>='"),
        ("relation.strict.micro.f1 exact p=0.1", "nothing follows 'exact', not 'p=0.1'"),
        ("relation.strict.micro.f1 not_worse d=0.1", "stand delta=X, p=X and sd=X, not 'd=0.1'"),
        ("relation.strict.micro.f1 not_worse p=0.1 p=0.2", "p stands twice"),
        ("relation.strict.micro.f1 not_worse p=0", "p lies between 0 and 1, not 0"),
        ("relation.strict.micro.f1 not_worse delta=nan", "fraction from 0 to 1, not nan"),
    ],
)
def test_a_slip_is_named(schema, text, reason):
    with pytest.raises(InputError) as caught:
        parse_rule(text, schema)
    assert reason in str(caught.value)


def test_required_labels(schema):
    required = parse_required("relation.pledges>= 20", schema)
    assert (str(required), required.least) == ("relation.pledges >= 20", 20)
    assert parse_required("mention.ORG", schema).least == 1
    with pytest.raises(InputError, match="has no mention type 'pledges'; it has ORG, GPE"):
        parse_required("mention.pledges", schema)
    with pytest.raises(InputError, match="not a required label: 'ORG'"):
        parse_required("ORG", schema)


def test_settings_come_from_one_of_two_files(tmp_path):
    path = tmp_path / "baseline.toml"
    assert read_settings(tmp_path, path).p == 0.01
    (tmp_path / "pyproject.toml").write_text(
        '[tool.accord.check]\nsplit = "x"\nunit = "paragraph"\n'
    )
    assert read_settings(tmp_path, path).split == "x"
    path.write_text('[check]\nsplit = "y"\n')
    with pytest.raises(InputError, match=r"has \[tool.accord.check\], and .* has \[check\]; keep"):
        read_settings(tmp_path, path)


@pytest.mark.parametrize(
    ("table", "reason"),
    [
        ("splt = 1", "[check]: unknown key 'splt'; known are model"),
        ("p = 5", "p lies between 0 and 1, not 5"),
        ('unit = "word"', "unit is one of document, paragraph, not 'word'"),
        ('model = "a"\nlayer = "b"', "give model or layer, not both"),
        ('rules = "a"', "rules must be a list"),
        ("[check.seed_deviation]\nmention = 2", "at least 0 and below 1, not 2"),
        ('[[check.agreement]]\nlayers = ["a"]\nlimits = []', "names two layers, not 1"),
    ],
)
def test_a_wrong_setting_is_named_with_its_file(tmp_path, table, reason):
    path = tmp_path / "baseline.toml"
    path.write_text(f"[check]\n{table}\n")
    with pytest.raises(InputError) as caught:
        read_settings(tmp_path, path)
    assert str(caught.value).startswith(f"{path}: ")
    assert reason in str(caught.value)
