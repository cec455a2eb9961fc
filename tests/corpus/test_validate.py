"""`validate` lists every violation with file, line, label and reason, and changes nothing."""

import shutil

import pytest

from accord.corpus.checksums import checksum, read_checksums
from accord.corpus.validate import record_checksums, validate
from accord.errors import InputError, SchemaError
from sample_corpus import REPOSITORY, SCHEMA, tree_hash

ANN = "annotations/gold/articles/a.ann"
TXT = "corpus/articles/a.txt"
SUMS = "corpus/SHA256SUMS"
SPLITS = "corpus/splits.toml"


def found(root):
    """The findings as (file, line, item, reason), with the tree left as it was."""
    before = tree_hash(root)
    findings = validate(root)
    assert tree_hash(root) == before
    return [(f.path.relative_to(root).as_posix(), f.line, f.item, f.reason) for f in findings]


def test_the_sample_and_the_repository_are_clean(root):
    assert validate(root) == ()
    assert validate(REPOSITORY) == ()


# `old` is replaced by `new` in the file; None for `old` writes the file anew.
@pytest.mark.parametrize(
    ("file", "old", "new", "line", "item", "reason"),
    [
        (ANN, b"T1\tORG 0 4\tAvon", b"T1\tORG 0 5\tAvon", 1, "T1", "T1 reads 'Avon', but the text"),
        (ANN, b"T1\tORG 0 4\tAvon", b"T1\tORG 0 4\tAvom", 1, "T1", "T1 reads 'Avom', but the text"),
        (ANN, b"T1\tORG 0 4", b"T1\tORG 4 4", 1, "T1", "T1 starts at 4 and ends at 4"),
        (ANN, b"T1\tORG 0 4", b"T1\tORG 0 9999", 1, "T1", "T1 ends at 9999, but the text has"),
        (ANN, b"T1\tORG 0 4", b"T1\tORG 0-4", 1, "T1", "not a mention"),
        (ANN, b"T1\tORG", b"T1\tOGR", 1, "T1", "unknown mention type 'OGR'; the schema has ORG"),
        (ANN, b"T2\tORG 9 14\tBrill", b"T2\tORG 0 4\tAvon", 2, "T2", "duplicate of T1: ORG 'Avon'"),
        (ANN, b"T2\t", b"T1\t", 2, "T1", "the id T1 stands on line 1 already"),
        (
            ANN,
            b"T1\tORG 0 4\tAvon\n",
            b"T1\tORG 0 4\tAvon\nT50\tORG 3 14\tn and Brill\n",
            2,
            "T50",
            "ORG 'n and Brill' crosses T1 ORG 'Avon'; marks may nest, never cross",
        ),
        (
            ANN,
            b"T4\tORG 37 41\tAvon",
            b"T4\tORG 35 41\t  Avon",
            4,
            "T4",
            "'\\n\\nAvon' does not lie within one paragraph",
        ),
        (ANN, b"R1\tmember_of", b"R1\tmembers", 9, "R1", "unknown relation type 'members'"),
        (
            ANN,
            b"R1\tmember_of Arg1:T1 Arg2:T3",
            b"R1\tmember_of Arg1:T3 Arg2:T1",
            9,
            "R1",
            "member_of may not join T3 ALLIANCE -> T1 ORG; it goes from ORG/GPE to ALLIANCE",
        ),
        (ANN, b"R1\tmember_of", b"R1\tpledges", 9, "R1", "pledges may not join T1 ORG -> T3 ALLI"),
        (
            ANN,
            b"R1\tmember_of Arg1:T1 Arg2:T3",
            b"R1\tsame_as Arg1:T1 Arg2:T3",
            9,
            "R1",
            "same_as joins two mentions of one type, not T1 ORG -> T3 ALLIANCE",
        ),
        (
            ANN,
            b"R1\tmember_of Arg1:T1 Arg2:T3",
            b"R1\tmember_of Arg1:T1 Arg2:T99",
            9,
            "R1",
            "member_of points to T99, which does not exist",
        ),
        (
            ANN,
            b"R1\tmember_of Arg1:T1",
            b"R1\tmember_of Arg1:T4",
            9,
            "R1",
            "member_of joins T4 and T3 across paragraphs",
        ),
        (
            ANN,
            b"R1\tmember_of Arg1:T1",
            b"R1\tmember_of Arg1:T2",
            10,
            "R2",
            "duplicate of R1: member_of T2 T3",
        ),
        (
            ANN,
            b"R1\tmember_of Arg1:T1 Arg2:T3",
            b"R1\tsame_as Arg1:T1 Arg2:T4",
            11,
            "R3",
            "duplicate of R1: same_as T4 T1",
        ),
        (
            ANN,
            b"R1\tmember_of Arg1:T1 Arg2",
            b"R1\tmember_of Arg1:T1 Arg",
            9,
            "R1",
            "not a relation",
        ),
        (ANN, b"R1\tmember_of", b"E1\tmember_of", 9, "E1", "brat's events are not supported"),
        (ANN, b"Avon\n", b"Avon\r\n", 1, "", "has a carriage return; standoff lines end with"),
        (ANN, b"T1\t", b"\xef\xbb\xbfT1\t", None, "", "starts with a byte-order mark"),
        (ANN, b"Brill", b"Br\xeell", 2, "", "not UTF-8: byte 0xee at offset"),
        (TXT, None, b"caf\xe9\n", 1, "", "not UTF-8: byte 0xe9 at offset 3; convert it"),
        (TXT, b"Avon", b"\xef\xbb\xbfAvon", None, "", "starts with a byte-order mark"),
        (TXT, None, b"", None, "", "has no text; delete it or fill it"),
        (TXT, None, b" \n\n", None, "", "has no text; delete it or fill it"),
        (TXT, b"more.", b"less.", None, "", "changed since its checksum was recorded"),
        (SUMS, b"  articles/a.txt", b" articles/a.txt", 1, "", "not 'SHA256  PATH'"),
        (SUMS, b"articles/a.txt", b"articles/x.txt", None, "", "lists articles/x.txt, which does"),
        (
            SPLITS,
            b"articles/*",
            b"artcles/*",
            None,
            "articles",
            "the pattern 'artcles/*' matches no",
        ),
        (SPLITS, b"[", b"", None, "", "not valid TOML: "),
        (SPLITS, b'["articles/*"]', b'"articles/*"', None, "", "split 'articles' must be a list"),
        (
            SPLITS,
            b'["articles/*"]',
            b"[3]",
            None,
            "",
            "split 'articles' must be a list of patterns",
        ),
        (SPLITS, b"articles", b"art\xffcles", 1, "", "not UTF-8: byte 0xff"),
    ],
)
def test_every_violation(root, file, old, new, line, item, reason):
    path = root / file
    data = path.read_bytes()
    assert old is None or old in data
    path.write_bytes(new if old is None else data.replace(old, new, 1))
    findings = found(root)
    assert any(f[:3] == (file, line, item) and f[3].startswith(reason) for f in findings), findings


def test_one_slip_is_one_finding(root):
    path = root / ANN
    path.write_bytes(path.read_bytes().replace(b"R1\tmember_of", b"R1\tmembers"))
    assert len(found(root)) == 1


def test_a_wrong_type_and_a_wrong_end_are_both_listed_in_file_order(root):
    path = root / ANN
    data = path.read_bytes().replace(b"T1\tORG 0 4\tAvon", b"T1\tORG 0 4\tAvom")
    path.write_bytes(data.replace(b"R2\tmember_of", b"R2\tmembers") + b"what\n")
    assert [(line, item) for _, line, item, _ in found(root)] == [
        (1, "T1"),
        (10, "R2"),
        (14, "what"),
    ]


def test_labels_without_a_text(root):
    shutil.copy(root / ANN, root / "annotations/gold/articles/none.ann")
    assert found(root) == [
        (
            "annotations/gold/articles/none.ann",
            None,
            "",
            "labels a text that does not exist: corpus/articles/none.txt",
        )
    ]


def test_a_text_without_a_checksum_until_it_is_recorded(root):
    (root / "corpus/new.txt").write_text("New.\n")
    ((path, line, item, reason),) = found(root)
    assert (path, line, item) == ("corpus/new.txt", None, "")
    assert reason.startswith("has no checksum in corpus/SHA256SUMS; `accord validate --record`")
    before = read_checksums(root / "corpus")
    assert record_checksums(root) == ("new.txt",)
    assert read_checksums(root / "corpus") == {
        **before,
        "new.txt": checksum(root / "corpus/new.txt"),
    }
    assert validate(root) == ()
    assert record_checksums(root) == ()


def test_recording_never_hides_a_change_or_blesses_a_broken_text(root):
    (root / TXT).write_text("changed\n")
    (root / "corpus/empty.txt").write_text("\n")
    (root / "corpus/latin.txt").write_bytes(b"caf\xe9")
    assert record_checksums(root) == ()
    assert any("changed since" in reason for *_, reason in found(root))


def test_a_folder_or_dead_link_named_like_a_file_stops_nothing(root):
    (root / "corpus/odd.txt").mkdir()
    (root / "annotations/gold/odd.ann").mkdir()
    assert found(root) == []
    (root / "corpus/dead.txt").symlink_to("nowhere")
    assert ("corpus/dead.txt", None, "", "no such file") in found(root)


def test_nothing_to_check(tmp_path, root):
    with pytest.raises(InputError, match="no corpus here"):
        validate(tmp_path)
    (tmp_path / "annotations").mkdir()
    with pytest.raises(InputError, match=r"schema\.toml: no such file"):
        validate(tmp_path)
    (root / "annotations/schema.toml").write_text(SCHEMA.replace("head", "haed", 1))
    with pytest.raises(SchemaError, match="unknown key 'haed'"):
        validate(root)
    (root / "annotations/schema.toml").write_text(SCHEMA)
    shutil.rmtree(root / "corpus")
    with pytest.raises(InputError, match="no folder corpus/"):
        validate(root)


def test_a_finding_reads_like_a_compilers(root):
    (root / ANN).write_text("T1\tORG 0 4\tAvom\n")
    (finding,) = validate(root)
    assert str(finding) == (f"{root / ANN}:1: T1: T1 reads 'Avom', but the text has 'Avon' at 0..4")
