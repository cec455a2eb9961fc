"""The schema file, each slip in it named; and what breaks a schema."""

import pytest

from accord.document import Document, Layer, Mention, Relation, Span
from accord.errors import InputError, SchemaError
from accord.files import write_text
from accord.schema import read_schema, relation_key
from sample_corpus import REPOSITORY, SCHEMA


def schema_of(tmp_path, text):
    write_text(tmp_path / "schema.toml", text)
    return read_schema(tmp_path / "schema.toml")


def test_types_in_the_order_of_the_file(tmp_path):
    schema = schema_of(tmp_path, SCHEMA)
    assert list(schema.mentions) == ["ORG", "GPE", "ALLIANCE", "PLEDGE", "MONEY"]
    assert list(schema.relations) == ["member_of", "pledges", "amount", "same_as"]
    assert schema.mentions["ORG"].text == "named organisation"
    same = schema.relations["same_as"]
    assert (same.symmetric, same.same_type, same.across_paragraphs) == (True, True, True)
    assert same.allows("ORG", "ORG")
    assert not same.allows("ORG", "GPE")
    assert schema.relations_between("ORG", "ALLIANCE") == ("member_of",)
    assert schema.relations_between("ALLIANCE", "ORG") == ()
    assert schema.relations_between("ORG", "ORG") == ("same_as",)


def test_what_lint_reads(tmp_path):
    rules = 'everywhere = true\nneeds = ["member_of", "pledges"]\nlooks_like = \'\\bKenya\\b\''
    schema = schema_of(tmp_path, SCHEMA.replace("[mention.GPE]", f"[mention.GPE]\n{rules}"))
    kind = schema.mentions["GPE"]
    assert (kind.everywhere, kind.needs) == (True, ("member_of", "pledges"))
    assert kind.looks_like is not None
    assert kind.looks_like.search("to Kenya.")
    bare = schema.mentions["MONEY"]
    assert (bare.everywhere, bare.needs, bare.looks_like) == (False, (), None)


def test_what_a_model_keeps_to(tmp_path):
    text = SCHEMA.replace('version = "1"', 'version = "1"\nflat_types = true').replace(
        'head = ["PLEDGE"]', 'head = ["PLEDGE"]\none_head = true\none_tail = true'
    )
    schema = schema_of(tmp_path, text)
    assert schema.flat_types
    counts = {n: (r.one_tail, r.one_head) for n, r in schema.relations.items()}
    assert counts.pop("amount") == (True, True)
    assert set(counts.values()) == {(False, False)}
    assert not schema_of(tmp_path, SCHEMA).flat_types


def test_the_projects_own_schema():
    schema = read_schema(REPOSITORY / "annotations" / "schema.toml")
    assert set(schema.mentions) == {
        *("ORG", "GPE", "PERSON", "GROUP", "ALLIANCE", "PLEDGE", "MONEY", "DATE", "PURPOSE")
    }
    assert set(schema.relations) == {
        *("member_of", "leads", "pledges", "amount", "recipient", "when", "purpose"),
        *("based_in", "same_as"),
    }


@pytest.mark.parametrize(
    ("old", "new", "reason"),
    [
        ('name = "sample"', 'nmae = "sample"', "the schema: unknown key 'nmae'; known are"),
        ('name = "sample"\n', "", "the schema: name must be a string, not None"),
        ('version = "1"', "version = 1", "the schema: version must be a string, not 1"),
        ("[mention.GPE]", "[mentions.GPE]", "the schema: unknown key 'mentions'"),
        ("[relation.amount]", "[relations.amount]", "the schema: unknown key 'relations'"),
        ("text =", "txt =", "[mention.ORG]: unknown key 'txt'"),
        ('text = "named organisation"', "text = 3", "[mention.ORG]: text must be a string, not 3"),
        ("[mention.GPE]", "[mention.'G PE']", "the type name 'G PE' may hold"),
        ("[mention.GPE]", '[mention.""]', "the type name '' may hold"),
        ("[relation.amount]", "[relation.'a\\tb']", "the type name"),
        ('head = ["PLEDGE"]', 'haed = ["PLEDGE"]', "[relation.amount]: unknown key 'haed'"),
        ('head = ["PLEDGE"]\n', "", "[relation.amount]: head must be a list of mention types"),
        ('head = ["PLEDGE"]', "head = []", "[relation.amount]: head must be a list"),
        ('head = ["PLEDGE"]', 'head = "PLEDGE"', "[relation.amount]: head must be a list"),
        (
            'tail = ["MONEY"]',
            'tail = ["MONY"]',
            "[relation.amount]: tail names the unknown mention type 'MONY'; the schema has",
        ),
        ('tail = ["MONEY"]', 'tail = [["MONEY"]]', "[relation.amount]: tail names the unknown"),
        ('tail = ["MONEY"]', "tail = [{}]", "[relation.amount]: tail names the unknown"),
        ("symmetric = true", "symetric = true", "[relation.same_as]: unknown key 'symetric'"),
        ("symmetric = true", "symmetric = 1", "[relation.same_as]: symmetric must be true or"),
        ("same_type = true", 'same_type = "yes"', "[relation.same_as]: same_type must be true"),
        (
            "across_paragraphs = true",
            "across_paragraphs = 0",
            "[relation.same_as]: across_paragraphs must be true or false, not 0",
        ),
        (
            'tail = ["ORG", "GPE", "ALLIANCE"]',
            'tail = ["ORG"]',
            "[relation.same_as]: a symmetric relation needs the same types as head and tail",
        ),
        ("[mention.GPE]", "[mention.GPE]\nneeds = 3", "[mention.GPE]: needs must be a list of rel"),
        (
            "[mention.GPE]",
            '[mention.GPE]\nneeds = ["memberof"]',
            "[mention.GPE]: needs names the unknown relation type 'memberof'; the schema has mem",
        ),
        (
            "[mention.GPE]",
            '[mention.GPE]\nneeds = ["member_of", "amount"]',
            "[mention.GPE]: needs names 'amount', which never joins GPE",
        ),
        (
            "[mention.GPE]",
            "[mention.GPE]\neverywhere = 1",
            "[mention.GPE]: everywhere must be true",
        ),
        ("[mention.GPE]", "[mention.GPE]\neverywere = true", "[mention.GPE]: unknown key 'everywe"),
        (
            "[mention.GPE]",
            "[mention.GPE]\nlooks_like = 'a('",
            "[mention.GPE]: looks_like is no regular expression: missing ), unterminated",
        ),
        (
            "[mention.GPE]",
            "[mention.GPE]\nlooks_like = 'a*'",
            "[mention.GPE]: looks_like matches the empty text, and so everywhere: 'a*'",
        ),
        (
            "[mention.GPE]",
            "[mention.GPE]\nlooks_like = 3",
            "[mention.GPE]: looks_like must be a st",
        ),
        ("[mention.GPE]", "[mention.GPE", "not valid TOML: "),
        ("[mention.GPE]", "[mention.ORG]", "not valid TOML: "),
        (SCHEMA, "", "a schema needs at least one [mention.NAME] table"),
        (SCHEMA, 'mention = "ORG"', "mention must be tables: [mention.NAME]"),
        (SCHEMA, '[mention]\nORG = "x"', "mention must be tables: [mention.NAME]"),
    ],
)
def test_each_slip_is_named(tmp_path, old, new, reason):
    assert old in SCHEMA
    with pytest.raises(SchemaError) as caught:
        schema_of(tmp_path, SCHEMA.replace(old, new, 1))
    assert str(caught.value).startswith(f"{tmp_path / 'schema.toml'}: {reason}")


def test_files_that_are_no_text(tmp_path):
    path = tmp_path / "schema.toml"
    path.write_bytes(b"\xef\xbb\xbf" + SCHEMA.encode())
    with pytest.raises(InputError, match="byte-order mark"):
        read_schema(path)
    path.write_bytes(SCHEMA.encode().replace(b"named", b"nam\xe9d"))
    with pytest.raises(InputError, match=r"schema.toml:5: not UTF-8"):
        read_schema(path)
    with pytest.raises(InputError, match="no such file"):
        read_schema(tmp_path / "none.toml")


#                  0         1         2         3         4         5
#                  0123456789012345678901234567890123456789012345678901
DOCUMENT = Document("d", "Avon joins the Coast Pact of Kenya.\n\nKenya gave $2.")
ORG, PACT, KENYA = ("T1", 0, 4, "ORG"), ("T2", 15, 25, "ALLIANCE"), ("T3", 29, 34, "GPE")
LATER, MONEY = ("T4", 37, 42, "GPE"), ("T5", 48, 50, "MONEY")
ALL = (ORG, PACT, KENYA, LATER, MONEY)


@pytest.mark.parametrize(
    ("marks", "relations", "expected"),
    [
        (ALL, [("R1", "member_of", "T1", "T2"), ("R2", "same_as", "T4", "T3")], []),
        ([*ALL, ("T6", 15, 34, "ORG")], [], []),
        ([("T1", 45, 52, "ORG")], [], [("T1", "ends at 52, but the text has 51 characters")]),
        (
            [("T1", 0, 4, "OGR")],
            [],
            [("T1", "unknown mention type 'OGR'; the schema has ORG, GPE")],
        ),
        ([ORG, ("T9", 0, 4, "ORG")], [], [("T9", "duplicate of T1: ORG 'Avon'")]),
        ([ORG, ("T9", 0, 4, "GPE")], [], []),
        ([ORG, ("T1", 15, 20, "ORG")], [], [("T1", "the id T1 is used twice")]),
        ([("T1", 15, 21, "ORG")], [], [("T1", "'Coast ' has white space at an end")]),
        ([("T1", 29, 42, "GPE")], [], [("T1", "'Kenya.\\n\\nKenya' does not lie within one")]),
        (
            [("T1", 15, 25, "ALLIANCE"), ("T2", 21, 34, "ORG")],
            [],
            [("T2", "ORG 'Pact of Kenya' crosses T1 ALLIANCE 'Coast Pact'; marks may nest")],
        ),
        (
            ALL,
            [("R1", "member_of", "T1", "T8")],
            [("R1", "member_of points to T8, which does not")],
        ),
        (ALL, [("R1", "leads", "T1", "T2")], [("R1", "unknown relation type 'leads'; the schema")]),
        (ALL, [("R1", "same_as", "T1", "T1")], [("R1", "same_as joins T1 to itself")]),
        (
            ALL,
            [("R1", "member_of", "T2", "T1")],
            [("R1", "member_of may not join T2 ALLIANCE -> T1 ORG; it goes from ORG/GPE to ALL")],
        ),
        (
            ALL,
            [("R1", "same_as", "T1", "T3")],
            [("R1", "same_as joins two mentions of one type, not T1 ORG -> T3 GPE")],
        ),
        (
            ALL,
            [("R1", "member_of", "T1", "T2"), ("R2", "member_of", "T1", "T2")],
            [("R2", "duplicate of R1: member_of T1 T2")],
        ),
        (
            ALL,
            [("R1", "same_as", "T3", "T4"), ("R2", "same_as", "T4", "T3")],
            [("R2", "duplicate of R1: same_as T4 T3")],
        ),
        (
            ALL,
            [("R1", "member_of", "T4", "T2")],
            [("R1", "member_of joins T4 and T2 across paragraphs")],
        ),
        (ALL, [("", "leads", "T1", "T2")], [("R1", "unknown relation type 'leads'")]),
    ],
)
def test_violations(tmp_path, marks, relations, expected):
    layer = Layer(
        "d",
        "gold",
        tuple(Mention(i, Span(start, end), kind) for i, start, end, kind in marks),
        tuple(Relation(kind, head, tail, i) for i, kind, head, tail in relations),
    )
    found = schema_of(tmp_path, SCHEMA).violations(DOCUMENT, layer)
    assert [v.item for v in found] == [item for item, _ in expected]
    for violation, (_, reason) in zip(found, expected, strict=True):
        assert violation.reason.startswith(reason)


def test_a_mark_may_cross_several(tmp_path):
    document = Document("d", "abcdefghij")
    marks = [("T1", 0, 5), ("T2", 1, 4), ("T3", 3, 8), ("T4", 8, 10)]
    layer = Layer("d", "gold", tuple(Mention(i, Span(s, e), "ORG") for i, s, e in marks))
    found = schema_of(tmp_path, SCHEMA).violations(document, layer)
    assert [v.item for v in found] == ["T3", "T3"]
    assert "crosses T1" in found[0].reason
    assert "crosses T2" in found[1].reason


def test_key_of_a_relation():
    one, other = Relation("r", "T2", "T10"), Relation("r", "T10", "T2")
    assert relation_key(one, symmetric=True) == relation_key(other, symmetric=True)
    assert relation_key(one, symmetric=False) != relation_key(other, symmetric=False)
