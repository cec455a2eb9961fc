"""An article as found on the web, cleaned to a document; what is dropped is recorded.

The input is plain text with what web pages leave in it: calls to follow and subscribe, bylines,
captions and credits, lists of related stories. A block is what stands between blank lines. Rules
look at one line, or at the lines of one block, and each dropped line keeps its reason.
"""

import codecs
import hashlib
import json
import re
from dataclasses import asdict, dataclass
from pathlib import Path

from accord.corpus.checksums import read_checksums, write_checksums
from accord.corpus.folder import TEXTS
from accord.errors import ConflictError, InputError
from accord.files import decode, read_bytes, write_text

RECORD_SUFFIX = ".ingest.json"

# A line longer than this is prose, whatever it starts with.
_SHORT = 120
_WRAPPED = 60

_PROMOTION = re.compile(
    r"(follow|join|find|visit) (us|our)\b|like us on\b|subscribe\b|sign up\b|"
    r"share (this|on|via)\b|"
    r"(also read|read (more|also|next|full)|click here|download (our|the) app|"
    r"get (our|the) (newsletter|app)|listen to this)\b",
    re.IGNORECASE,
)
# Words that a sentence may start with too.
_LABEL = re.compile(r"(advertisement|sponsored)\b", re.IGNORECASE)
_FOOTER = re.compile(
    r"((explore )?more (topics|stories|news|from|on)|latest (stories|news)|"
    r"related (stories|articles|topics|news|posts)|trending( now)?|recommended( for you)?|"
    r"most (read|popular)|you may also like|tags|topics|comments|"
    r"leave a (comment|reply)|"
    r"about the author)\b[^.!?]*",
    re.IGNORECASE,
)
_BYLINE = re.compile(
    r"(written |reported |story |words |edited )?by:? (?P<name>\S+( \S+){0,5})", re.IGNORECASE
)
_DATE_STAMP = re.compile(
    r"(new update|(first |last )?(published|updated|posted|modified)\b(:.*|.*\d.*)?|"
    r"\d+ min(ute)?s? read|just now|\d+ (minutes?|hours?|days?) ago)",
    re.IGNORECASE,
)
_CREDIT = re.compile(
    r"[(\[](image|photo|picture|pic|credit|file photo|source)\b[^)\]]*[)\]]|"
    r"^(image|photo|picture|file photo)( credit| source| by| via| courtesy)?s?\s*[:|/]|"
    r"\b(image (via|credit|courtesy)|photo (by|via|credit|courtesy))\b|"
    # The agencies as a source, not as what the news is about.
    r"([/|(©:.]\s*|\b(via|by|from) )(getty images|shutterstock)\b|"
    r"^(getty images|shutterstock)$",
    re.IGNORECASE,
)
_SENTENCE_END = re.compile(r"[.!?…:][\"'”’)\]]*$")
_WORD = re.compile(r"\w+")


@dataclass(frozen=True, slots=True)
class Dropped:
    """A line (from 1) of the source that is not part of the document, and why."""

    line: int
    text: str
    reason: str


@dataclass(frozen=True, slots=True)
class Cleaned:
    """A document's text, paragraphs parted by a blank line, and what was left out."""

    text: str
    dropped: tuple[Dropped, ...]


@dataclass(frozen=True, slots=True)
class Prepared:
    """An article ready to be written: cleaned, with the checksum of its source."""

    cleaned: Cleaned
    sha256: str


@dataclass(frozen=True, slots=True)
class _Line:
    number: int
    text: str


def clean(text: str) -> Cleaned:
    """Clean an article; raises InputError if no text is left."""
    if re.search(r"<(html|body|div|p)\b[^>]*>", text, re.IGNORECASE):
        raise InputError("this is HTML; save the article's text and ingest that")
    paragraphs: list[str] = []
    dropped: list[Dropped] = []
    blocks = _blocks(text)
    end = _footer_start(blocks)
    for index, block in enumerate(blocks):
        kept: list[str] = []
        for line, reason in zip(block, _reasons(block, footer=index >= end), strict=True):
            if reason is None:
                kept.append(line.text)
            else:
                dropped.append(Dropped(line.number, line.text, reason))
        paragraphs += [" ".join(kept)] if _is_wrapped(kept) else kept
    if not paragraphs:
        raise InputError("no article text is left after cleaning")
    return Cleaned("\n\n".join(paragraphs) + "\n", tuple(dropped))


def ingest(source: Path, root: Path, document: str) -> Cleaned:
    """Clean a file into ``corpus/DOCUMENT.txt``, with a record beside it and a checksum.

    Raises as `prepare`, before anything is written.
    """
    prepared = prepare(source, root, document)
    folder = root / TEXTS
    sums = read_checksums(folder)
    write_text(folder / f"{document}.txt", prepared.cleaned.text)
    record = {
        "source": source.name,
        "sha256": prepared.sha256,
        "dropped": [asdict(line) for line in prepared.cleaned.dropped],
    }
    write_text(
        folder / f"{document}{RECORD_SUFFIX}",
        json.dumps(record, ensure_ascii=False, indent=1) + "\n",
    )
    text_sum = hashlib.sha256(prepared.cleaned.text.encode()).hexdigest()
    write_checksums(folder, {**sums, f"{document}.txt": text_sum})
    return prepared.cleaned


def prepare(source: Path, root: Path, document: str) -> Prepared:
    """All of `ingest` but the writing.

    Raises ConflictError if the document exists with another text (labels may point into it),
    InputError if the file is not UTF-8 or has no text, or the checksums cannot be read.
    """
    parts = document.split("/")
    if not all(re.fullmatch(r"[\w][\w.-]*", part) for part in parts):
        raise InputError(
            f"a document id is a path of letters, digits, '_', '-' and '.', not {document!r}"
        )
    data = read_bytes(source)
    # A byte-order mark is no part of an article, and nothing points into this text yet.
    text = decode(data.removeprefix(codecs.BOM_UTF8), source)
    try:
        cleaned = clean(text)
    except InputError as error:
        raise InputError(error.reason, path=source) from None
    folder = root / TEXTS
    target = folder / f"{document}.txt"
    if target.exists() and read_bytes(target) != cleaned.text.encode("utf-8"):
        raise ConflictError(
            f"{target} exists with another text, and labels may point into it; "
            "ingest under another name, or delete it first"
        )
    read_checksums(folder)
    return Prepared(cleaned, hashlib.sha256(data).hexdigest())


def _blocks(text: str) -> list[list[_Line]]:
    blocks: list[list[_Line]] = [[]]
    for number, raw in enumerate(re.split(r"\r\n|\n|\r", text), start=1):
        line = " ".join(raw.split())
        if line:
            blocks[-1].append(_Line(number, line))
        elif blocks[-1]:
            blocks.append([])
    return [block for block in blocks if block]


def _footer_start(blocks: list[list[_Line]]) -> int:
    """Index of the first block of the page's footer: a footer heading with no prose after it."""
    start = len(blocks)
    for index in range(len(blocks) - 1, -1, -1):
        lines = blocks[index]
        if any(_is_prose(line.text) for line in lines):
            break
        if _FOOTER.fullmatch(lines[0].text):
            start = index
    return start


def _reasons(block: list[_Line], *, footer: bool) -> list[str | None]:
    """For each line of a block, why it is dropped; None if it stays."""
    if footer:
        return ["footer"] * len(block)
    reasons = [_reason(line.text) for line in block]
    if "byline" in reasons and not any(_is_prose(line.text) for line in block):
        # After a byline stand time stamps and the lead picture's description, before it the title.
        first = reasons.index("byline")
        return reasons[:first] + [reason or "beside the byline" for reason in reasons[first:]]
    if len(block) > 1 and not any(_is_prose(line.text) for line in block):
        for index in range(len(block) - 1):
            if _repeats(block[index].text, block[index + 1].text):
                reasons[index] = reasons[index] or "picture description"
                reasons[index + 1] = reasons[index + 1] or "caption"
    return reasons


def _reason(text: str) -> str | None:
    if len(text) > _SHORT:
        return None
    if _CREDIT.search(text) and not _SENTENCE_END.search(text.rstrip(")]")):
        return "caption or credit"
    if _PROMOTION.match(text) and not re.search(r"\w[.!?] \w", text):
        return "promotion"
    if _LABEL.match(text) and not _is_prose(text):
        return "promotion"
    match = _BYLINE.fullmatch(text)
    if match and match["name"][0].isupper() and not _is_prose(text):
        return "byline"
    if _DATE_STAMP.fullmatch(text) and not _is_prose(text):
        return "time stamp"
    return None


def _is_prose(text: str) -> bool:
    return (
        bool(_SENTENCE_END.search(text)) and not text.endswith(":") and len(_WORD.findall(text)) > 4
    )


def _repeats(first: str, second: str) -> bool:
    """Whether a caption repeats the words of the picture's description above it."""
    words = {word.casefold() for word in _WORD.findall(first)}
    return bool(words) and words <= {word.casefold() for word in _WORD.findall(second)}


def _is_wrapped(lines: list[str]) -> bool:
    """Whether a block's lines are one paragraph, broken at a column."""
    return (
        len(lines) > 1
        and all(len(line) >= _WRAPPED for line in lines[:-1])
        and not all(_SENTENCE_END.search(line) for line in lines[:-1])
    )
