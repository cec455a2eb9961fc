"""What labelled documents are made of: sizes, vocabulary, repetition, labels a paragraph."""

import re
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass

from accord.corpus.corpus import Corpus
from accord.document import paragraph_index

_TOKEN = re.compile(r"\w+|[^\w\s]")
_GRAM = 5


@dataclass(frozen=True)
class Profile:
    """Counts over a set of documents and one source's labels of them.

    `tokens` are words and signs, lower-cased; `types` the different ones among them.
    `repeated` is the share of the different 5-grams that stand in more than one paragraph.
    `type_token_ratio` is the mean over stretches of 1,000 tokens, so that sets of different size
    compare; what is left over is not counted, unless there is nothing else. `relation_free` is the
    share of paragraphs without any relation; one over several paragraphs counts where its head is.
    `quartiles` are of tokens, mentions and relations a paragraph: the least value that a quarter,
    half and three quarters of the paragraphs do not exceed.
    """

    documents: int
    paragraphs: int
    tokens: int
    types: int
    type_token_ratio: float
    repeated: float
    relation_free: float
    quartiles: dict[str, tuple[int, int, int]]
    mentions: Counter[str]
    relations: Counter[str]


def profile(corpus: Corpus, source: str, ids: Sequence[str]) -> Profile:
    """Profile the documents with these ids."""
    mentions: Counter[str] = Counter()
    relations: Counter[str] = Counter()
    grams: Counter[tuple[str, ...]] = Counter()
    words: list[str] = []
    sizes: dict[str, list[int]] = {"tokens": [], "mentions": [], "relations": []}
    for i in ids:
        document, layer = corpus.documents[i], corpus.layer(source, i)
        marked: Counter[int | None] = Counter()
        joined: Counter[int | None] = Counter()
        for mention in layer.mentions:
            mentions[mention.type] += 1
            marked[paragraph_index(document.paragraphs, mention.span)] += 1
        for relation in layer.relations:
            relations[relation.type] += 1
            head, _ = layer.ends(relation)
            joined[paragraph_index(document.paragraphs, head.span)] += 1
        for number, paragraph in enumerate(document.paragraphs):
            tokens = _TOKEN.findall(document[paragraph].lower())
            words += tokens
            grams.update(set(zip(*(tokens[n:] for n in range(_GRAM)), strict=False)))
            sizes["tokens"].append(len(tokens))
            sizes["mentions"].append(marked[number])
            sizes["relations"].append(joined[number])
    return Profile(
        documents=len(ids),
        paragraphs=len(sizes["tokens"]),
        tokens=len(words),
        types=len(set(words)),
        type_token_ratio=_type_token_ratio(words),
        repeated=sum(n > 1 for n in grams.values()) / max(1, len(grams)),
        relation_free=sizes["relations"].count(0) / max(1, len(sizes["relations"])),
        quartiles={name: _quartiles(values) for name, values in sizes.items()},
        mentions=mentions,
        relations=relations,
    )


def _type_token_ratio(words: Sequence[str], stretch: int = 1000) -> float:
    starts = range(0, max(1, len(words) - stretch + 1), stretch)
    parts = [words[start : start + stretch] for start in starts]
    return sum(len(set(part)) / max(1, len(part)) for part in parts) / len(parts)


def _quartiles(values: Sequence[int]) -> tuple[int, int, int]:
    if not values:
        return (0, 0, 0)
    first, second, third = (sorted(values)[-(-len(values) * n // 4) - 1] for n in (1, 2, 3))
    return first, second, third
