"""Articles as found on the web become documents; what is dropped is recorded, prose never is."""

import hashlib
import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from accord.corpus.checksums import read_checksums
from accord.corpus.ingest import clean, ingest
from accord.errors import ConflictError, FormatError, InputError
from sample_corpus import REPOSITORY, tree_hash

SEEDS = ("us-japan-alliance", "us-joint-consortium")


@pytest.mark.parametrize("name", SEEDS)
def test_the_seeds_give_the_corpus(tmp_path, name):
    ingest(REPOSITORY / f"seeds/{name}.txt", tmp_path, f"articles/{name}")
    for suffix in (".txt", ".ingest.json"):
        expected = REPOSITORY / f"corpus/articles/{name}{suffix}"
        assert (tmp_path / f"corpus/articles/{name}{suffix}").read_bytes() == expected.read_bytes()
    sums = read_checksums(REPOSITORY / "corpus")
    assert read_checksums(tmp_path / "corpus") == {
        f"articles/{name}.txt": sums[f"articles/{name}.txt"]
    }


PAGE = """\
Corvo and Avon sign steel pact
By Ada Kern
Updated: 4 May 2031, 10:12
3 min read
Two workers at a mill

Photo: Ada Kern/Avon News
Corvo Steel and Avon signed a pact on Monday to build three mills in
Kenya by 2035, and each of the two promised to spend at least 40
million euros on it.

Follow us on our channels ✔️
Subscribe to our newsletter for more.

Mill workers
Mill workers in Nairobi

"It is a start," said the minister.
Why it matters

Kenya imports most of its steel.
ADVERTISEMENT
Read more: Steel prices rise

Related stories
Brill opens a mine
Avon hires a thousand

Tags: steel, Kenya
"""


def test_an_invented_page():
    cleaned = clean(PAGE)
    assert cleaned.text == (
        "Corvo and Avon sign steel pact\n\n"
        "Corvo Steel and Avon signed a pact on Monday to build three mills in Kenya by 2035, "
        "and each of the two promised to spend at least 40 million euros on it.\n\n"
        '"It is a start," said the minister.\n\n'
        "Why it matters\n\n"
        "Kenya imports most of its steel.\n"
    )
    assert [(d.line, d.reason) for d in cleaned.dropped] == [
        (2, "byline"),
        (3, "time stamp"),
        (4, "time stamp"),
        (5, "beside the byline"),
        (7, "caption or credit"),
        (12, "promotion"),
        (13, "promotion"),
        (15, "picture description"),
        (16, "caption"),
        (22, "promotion"),
        (23, "promotion"),
        (25, "footer"),
        (26, "footer"),
        (27, "footer"),
        (29, "footer"),
    ]
    lines = PAGE.split("\n")
    for dropped in cleaned.dropped:
        assert lines[dropped.line - 1] == dropped.text


@pytest.mark.parametrize("end", ["\r\n", "\r"])
def test_line_ends_make_no_difference(end):
    assert clean(PAGE.replace("\n", end)) == clean(PAGE)


@pytest.mark.parametrize(
    "prose",
    [
        "Follow-up talks are planned for May.",
        "Following us into the pact, Kenya signed.",
        "By 2027, Kenya will have spent $3 million.",
        "By Friday, Kenya had pledged $2 million.",
        "By then the pact had failed.",
        "Share prices fell.",
        "Share sales on the Nairobi exchange were halted.",
        "Subscribers of Avon grew by 3%.",
        "Like our allies, Kenya will pay its part.",
        "Like us, they want a pact.",
        "Sponsored by Corvo Steel, the fund will give $3 million.",
        "Advertisement spending in Kenya rose to $3 million.",
        "Photo agencies signed the pact too.",
        "Image sensors by Avon will be built in Kenya.",
        "Getty Images and Shutterstock agree to merge",
        "Avon buys Shutterstock for $3 billion.",
        "Updated export rules take effect",
        "Published figures show that it failed.",
        "Related stories of failure did not stop them.",
        "Topics such as steel were not discussed.",
        "More on the pact will be known in May.",
        "Read aloud, the pact takes an hour.",
        "Visitors from Kenya signed it.",
        "Source code is part of the pact (see below).",
        "Latest figures are better.",
    ],
)
def test_prose_that_looks_like_boilerplate_stays(prose):
    text = (
        f"A first paragraph of prose stands here.\n\n{prose}\n\nAnd the last one stands here now.\n"
    )
    assert clean(text) == type(clean(text))(text, ())


@pytest.mark.parametrize(
    "line",
    [
        "Follow us on Google News! ✔️",
        "Like us on Facebook",
        "Join our channel",
        "Share this article",
        "Sign up for the newsletter",
        "ADVERTISEMENT",
        "Sponsored",
        "Click here for the video",
        "Also read: Kenya signs",
        "By Ada Kern",
        "Written by Ada Kern and Bo Lund",
        "By: ADA KERN",
        "New Update",
        "Published: 3 May 2031",
        "Last updated 3 May 2031 10:12 GMT",
        "4 hours ago",
        "A mill in Kenya (Image via Getty Images)",
        "Photo: Bo Lund",
        "A mill in Kenya. Bo Lund/Getty Images",
        "A mill in Kenya [File photo]",
        "Shutterstock",
    ],
)
def test_boilerplate_goes(line):
    text = "A first paragraph of prose stands here.\n\nAnd the last one stands here now.\n"
    first, last = text.split("\n\n")
    cleaned = clean(f"{first}\n\n{line}\n\n{last}")
    assert cleaned.text == text
    assert [(d.line, d.text) for d in cleaned.dropped] == [(3, line)]


def test_a_long_line_is_prose_whatever_it_starts_with():
    line = "Follow us " + "and more of it " * 10 + "he said"
    assert clean(line).text == line + "\n"


def test_a_footer_needs_the_end_of_the_page():
    text = "One two three four five six.\n\nLatest news\n\nSeven eight nine ten eleven twelve.\n"
    assert clean(text).dropped == ()


def test_lines_are_joined_only_where_a_column_broke_them():
    list_of_lines = "Three firms took part:\n\nAvon\n\nBrill\n\nCorvo\n"
    assert clean(list_of_lines).text == list_of_lines
    sentences = f"{'Long enough to be a paragraph of its own, this line ends well'}.\nShort one.\n"
    assert clean(sentences).text == sentences.replace("\n", "\n\n", 1)


@given(st.lists(st.sampled_from([*PAGE.split("\n"), "Prose that is long enough.", "\t", "é 🌊"])))
def test_every_line_is_kept_or_recorded(lines):
    text = "\n".join(lines)
    try:
        cleaned = clean(text)
    except InputError:
        return
    kept = " ".join(cleaned.text.split())
    gone = {d.line for d in cleaned.dropped}
    for number, line in enumerate(lines, start=1):
        assert number in gone or " ".join(line.split()) in kept
    assert cleaned.text.endswith("\n")
    assert "\n\n\n" not in cleaned.text


@pytest.mark.parametrize(
    ("data", "reason"),
    [
        (b"", "no article text is left after cleaning"),
        (b"\n \n", "no article text is left"),
        (b"Follow us on Google News!\n\nLatest Stories", "no article text is left"),
        (b"<html><body><p>Kenya signed.</p>", "this is HTML"),
        (b"Caf\xe9 signs a pact", ":1: not UTF-8: byte 0xe9 at offset 3"),
    ],
)
def test_what_cannot_be_ingested(root, tmp_path, data, reason):
    source = tmp_path / "page.txt"
    source.write_bytes(data)
    before = tree_hash(root)
    with pytest.raises(InputError) as caught:
        ingest(source, root, "articles/page")
    assert str(source) in str(caught.value)
    assert reason in str(caught.value)
    assert tree_hash(root) == before


def test_a_byte_order_mark_is_dropped_from_a_page(tmp_path):
    source = tmp_path / "page.txt"
    source.write_bytes(b"\xef\xbb\xbfKenya signed the pact.")
    ingest(source, tmp_path, "page")
    assert (tmp_path / "corpus/page.txt").read_bytes() == b"Kenya signed the pact.\n"
    record = json.loads((tmp_path / "corpus/page.ingest.json").read_text())
    assert record["sha256"] == hashlib.sha256(source.read_bytes()).hexdigest()


def test_a_changed_text_is_refused_and_the_same_one_is_not(root, tmp_path):
    source = tmp_path / "page.txt"
    source.write_text("Kenya signed the pact.")
    before = tree_hash(root)
    with pytest.raises(ConflictError, match="exists with another text"):
        ingest(source, root, "articles/a")
    assert tree_hash(root) == before
    ingest(source, root, "articles/page")
    first = tree_hash(root)
    ingest(source, root, "articles/page")
    assert tree_hash(root) == first


@pytest.mark.parametrize("name", ["", "/a", "a/", "../a", "a/../b", "a b", ".a", "a//b", "a\\b"])
def test_names_that_are_no_document_ids(root, tmp_path, name):
    (tmp_path / "page.txt").write_text("Kenya signed the pact.")
    before = tree_hash(root)
    with pytest.raises(InputError, match="a document id is a path of letters"):
        ingest(tmp_path / "page.txt", root, name)
    assert tree_hash(root) == before


def test_wrong_checksums_stop_it_before_a_file_is_written(root, tmp_path):
    (tmp_path / "page.txt").write_text("Kenya signed the pact.")
    (root / "corpus/SHA256SUMS").write_text("what\n")
    before = tree_hash(root)
    with pytest.raises(FormatError, match="not 'SHA256  PATH'"):
        ingest(tmp_path / "page.txt", root, "articles/page")
    assert tree_hash(root) == before
