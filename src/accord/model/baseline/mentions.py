"""Mentions: spaCy entity recognisers, as many as it takes for marks to nest.

One recogniser finds marks that do not overlap. Types whose marks overlap in the training text are
therefore given to different recognisers, each with a tok2vec of its own, trained from nothing.
"""

import random
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from accord.document import Document, Layer, Mention, Span

if TYPE_CHECKING:
    from spacy.language import Language
    from spacy.tokens import Doc


@dataclass(frozen=True, slots=True)
class MentionRecipe:
    """How the recognisers are trained; `width` and `depth` are those of spaCy's HashEmbedCNN."""

    epochs: int = 30
    batch_size: int = 16
    dropout: float = 0.2
    learn_rate: float = 0.001
    width: int = 96
    depth: int = 4

    def __post_init__(self) -> None:
        for name in ("epochs", "batch_size", "width", "depth"):
            if getattr(self, name) < 1:
                raise ValueError(f"{name} must be at least 1, not {getattr(self, name)}")
        if not 0 <= self.dropout < 1:
            raise ValueError(f"dropout must be at least 0 and below 1, not {self.dropout}")
        if not 0 < self.learn_rate < 1:
            raise ValueError(f"learn_rate must lie between 0 and 1, not {self.learn_rate}")


def nesting_groups(layers: Iterable[Layer], types: Sequence[str]) -> tuple[tuple[str, ...], ...]:
    """The types in as few groups as needed so that no two of one group overlap in the layers.

    Greedy colouring, most entangled types first. Marks of one type that overlap each other cannot
    be helped: training keeps the longer one.
    """
    entangled: dict[str, set[str]] = {name: set() for name in types}
    for layer in layers:
        ordered = sorted(layer.mentions, key=lambda m: m.span)
        for index, mention in enumerate(ordered):
            for other in ordered[index + 1 :]:
                if other.span.start >= mention.span.end:
                    break
                if other.type != mention.type:
                    entangled[mention.type].add(other.type)
                    entangled[other.type].add(mention.type)
    groups: list[list[str]] = []
    for name in sorted(types, key=lambda t: (-len(entangled[t]), types.index(t))):
        for group in groups:
            if not entangled[name] & set(group):
                group.append(name)
                break
        else:
            groups.append([name])
    return tuple(tuple(sorted(group, key=types.index)) for group in groups)


def blank_recogniser(recipe: MentionRecipe) -> "Language":
    """An untrained English pipeline with one entity recogniser."""
    import spacy

    nlp = spacy.blank("en")
    tok2vec = {
        "@architectures": "spacy.HashEmbedCNN.v2",
        "pretrained_vectors": None,
        "width": recipe.width,
        "depth": recipe.depth,
        "embed_size": 2000,
        "window_size": 1,
        "maxout_pieces": 3,
        "subword_features": True,
    }
    model = {
        "@architectures": "spacy.TransitionBasedParser.v2",
        "state_type": "ner",
        "extra_state_tokens": False,
        "hidden_width": 64,
        "maxout_pieces": 2,
        "use_upper": True,
        "nO": None,
        "tok2vec": tok2vec,
    }
    nlp.add_pipe("ner", config={"model": model})
    return nlp


def train_recogniser(
    texts: Sequence[tuple[Document, Layer]],
    types: Sequence[str],
    recipe: MentionRecipe,
    *,
    seed: int,
    on_epoch: Callable[[int, float], None],
) -> "Language":
    """Train one recogniser on the marks of some types, a paragraph at a time.

    `on_epoch` is told the epochs done and the last one's loss a paragraph.
    """
    from spacy.training import Example
    from spacy.util import filter_spans
    from thinc.api import fix_random_seed

    fix_random_seed(seed)
    nlp = blank_recogniser(recipe)
    examples = []
    for document, layer in texts:
        for paragraph in document.paragraphs:
            doc = nlp.make_doc(document[paragraph])
            reference = doc.copy()
            spans = [
                reference.char_span(
                    mention.span.start - paragraph.start,
                    mention.span.end - paragraph.start,
                    label=mention.type,
                    alignment_mode="expand",
                )
                for mention in layer.mentions
                if mention.type in types and paragraph.contains(mention.span)
            ]
            reference.ents = filter_spans([span for span in spans if span is not None])
            examples.append(Example(doc, reference))
    optimizer = nlp.initialize(lambda: examples)
    optimizer.learn_rate = recipe.learn_rate
    order = random.Random(seed)  # noqa: S311 - an order of examples, no secret
    for epoch in range(1, recipe.epochs + 1):
        order.shuffle(examples)
        losses: dict[str, float] = {}
        for start in range(0, len(examples), recipe.batch_size):
            batch = examples[start : start + recipe.batch_size]
            nlp.update(batch, sgd=optimizer, drop=recipe.dropout, losses=losses)
        on_epoch(epoch, losses["ner"] / len(examples))
    return nlp


def find_mentions(recognisers: Sequence["Language"], document: Document) -> tuple[Mention, ...]:
    """The recognisers' mentions in text order, with ids T1, T2, ...

    A recogniser says yes or no, so mentions have no score. Marks of different recognisers may
    nest; one that would cross a mark of an earlier recogniser is left out.
    """
    found: list[tuple[Span, str]] = []
    for nlp in recognisers:
        texts = [document[paragraph] for paragraph in document.paragraphs]
        for paragraph, doc in zip(document.paragraphs, nlp.pipe(texts), strict=True):
            for span, kind in _entities(doc, paragraph.start):
                if not any(span.crosses(other) for other, _ in found):
                    found.append((span, kind))
    found.sort(key=lambda mark: (mark[0].start, -mark[0].end, mark[1]))
    return tuple(Mention(f"T{n}", span, kind) for n, (span, kind) in enumerate(found, start=1))


def _entities(doc: "Doc", offset: int) -> Iterator[tuple[Span, str]]:
    for entity in doc.ents:
        # spaCy's tokens may be white space, where no mark of ours begins or ends.
        text = entity.text
        start = entity.start_char + len(text) - len(text.lstrip())
        end = entity.end_char - (len(text) - len(text.rstrip()))
        if start < end:
            yield Span(offset + start, offset + end), entity.label_
