"""Seeded documents and layers with what offsets stumble over."""

from random import Random

from accord.document import Document, Layer, Mention, Relation, Span

# Beyond the BMP, joined emoji, combining marks, right-to-left text, every line break, and what
# JSON, pandas and guesses of encodings trip over.
PIECES = (
    *("a", "Zed", " ", "  ", "\t", "é", "e\u0301", "🌊", "👩‍👩‍👧", "🇯🇵", "عمان", "שלום", "\u200f"),
    *("\n", "\r\n", "\r", "\n\n", "\u2028", "\x85", "\x0b", "\x1c", "x\ufeff", "\u202e", "Größe"),
    *('"', "\\", "\\n", "<b>", "&amp;", "},{", "NaN", "null", "1e5", "2026-01-02", "ÀÈ", "ß€"),
)


def random_item(seed, types, relations):
    """A document and a layer: nested, crossing, touching and equal marks, arrows both ways."""
    chance = Random(seed)  # noqa: S311
    text = "".join(chance.choices(PIECES, k=chance.randrange(1, 20)))
    document = Document(f"random/{seed}", text)
    mentions = {}
    for _ in range(chance.randrange(6)):
        start = chance.randrange(len(text))
        span = Span(start, chance.randint(start + 1, len(text)))
        kind = chance.choice(types)
        name = chance.choice((f"T{len(mentions) + 1}", f"T0{9 - len(mentions)}"))
        mentions.setdefault((span, kind), Mention(name, span, kind))
    marks = tuple(mentions.values())
    arrows = set()
    for _ in range(chance.randrange(4) if marks else 0):
        head, tail = chance.choice(marks).id, chance.choice(marks).id
        kind = chance.choice(relations)
        arrows |= {(kind, head, tail), (kind, tail, head)}
    found = tuple(Relation(*arrow, id=f"R{n}") for n, arrow in enumerate(sorted(arrows), 1))
    return document, Layer(document.id, "gold", marks, found)
