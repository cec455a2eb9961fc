"""Orders of work that let a model choose, mixed with a share that chance chooses.

What a model finds uncertain teaches it most, but is no fair sample: figures measured on it are not
those of the corpus. So a fixed share of the documents belongs to chance. Whether a document is one
of them, and in which order they come, follows from the hash of the seed and its id alone: it is
the same on every machine, whatever the model says and however the corpus grows. Worked through in
that order, the documents done so far are at any time a random sample of the corpus
(`unbiased_sample`), and that is what a model trained in the app is scored on.
"""

import hashlib
import math
import threading
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from accord.annotator.state import Status
from accord.annotator.store import Store
from accord.annotator.texts import Texts
from accord.annotator.workplace import Order, Workplace
from accord.compare import Target
from accord.errors import AccordError

if TYPE_CHECKING:
    from accord.annotator.suggestions import ModelSuggestions

SHARE = 0.2
SEED = 0


def lot(document: str, seed: int = SEED) -> float:
    """A document's number in the draw, from 0 to below 1, by the hash of the seed and its id."""
    digest = hashlib.sha256(f"{seed}\0{document}".encode()).digest()
    return int.from_bytes(digest[:8], "big") / 2**64


def drawn(documents: Iterable[str], share: float = SHARE, seed: int = SEED) -> tuple[str, ...]:
    """The documents that belong to chance, in the order in which they are worked through."""
    found = [(number, i) for i in documents if (number := lot(i, seed)) < share]
    return tuple(i for _, i in sorted(found))


def unbiased_sample(
    documents: Iterable[str],
    complete: Callable[[str], bool],
    share: float = SHARE,
    seed: int = SEED,
) -> tuple[str, ...]:
    """The drawn documents that are complete, up to the first that is not.

    One that was completed out of turn does not count yet: somebody or something chose it.
    """
    found = []
    for i in drawn(documents, share, seed):
        if not complete(i):
            break
        found.append(i)
    return tuple(found)


class Ranking:
    """What the model that suggests is unsure of; read in the background, in the order of the draw.

    Whatever part is read at a time is a random one, so no end of the corpus is favoured.
    """

    def __init__(self, texts: Texts, model: Callable[[], "ModelSuggestions | None"]):
        self._texts = texts
        self._model = model
        self._lock = threading.Lock()
        self._thread: threading.Thread | None = None
        self._unreadable: set[str] = set()

    def wait(self) -> None:
        """Until the background has read all there is; for tests and small corpora."""
        thread = self._thread
        if thread is not None:
            thread.join()

    def uncertain(self, ids: Sequence[str], target: Target) -> tuple[dict[str, float], str]:
        """The uncertainty of the documents read so far, and why others have none (yet).

        Those that are not read are being read from now on.
        """
        model = self._model()
        if model is None:
            return {}, "as filed: no model suggests anything yet"
        found: dict[str, float] = {}
        read = 0
        for i in ids:
            if i in self._unreadable:
                continue
            try:
                known = model.known_uncertainty(self._texts[i])
            except AccordError:
                self._unreadable.add(i)
                continue
            if known is None:
                continue
            read += 1
            value = known.mentions if target is Target.MENTION else known.relations
            if value is not None:
                found[i] = value
        if read < len(ids):
            self._read_on(model)
        if read > len(found):
            return found, f"as filed: this model does not say how sure it is of {target}s"
        return found, f"as filed: the model has read {read} of {len(ids)} open documents so far"

    def _read_on(self, model: "ModelSuggestions") -> None:
        with self._lock:
            if self._thread is None or not self._thread.is_alive():
                self._thread = threading.Thread(target=self._read, args=(model,), daemon=True)
                self._thread.start()

    def _read(self, model: "ModelSuggestions") -> None:
        for i in sorted(self._texts, key=lot):
            if self._model() is not model:
                return
            try:
                model.uncertainty(self._texts[i])
            except AccordError:
                self._unreadable.add(i)


@dataclass(frozen=True)
class Uncertain:
    """First the document of whose mentions, or relations, the model is least sure."""

    texts: Texts
    ranking: Ranking
    target: Target

    @property
    def name(self) -> str:
        """As in ``/api/next?order=NAME``."""
        return f"{self.target}s"

    @property
    def text(self) -> str:
        """One line for people."""
        return f"uncertain {self.target}s first"

    def following(self, store: Store, after: str | None) -> tuple[str | None, str]:
        """The next document after one, and why; None when all are complete."""
        return _after(self.ranked(waiting(self.texts, store)), after)

    def ranked(self, ids: Sequence[str]) -> list[tuple[str, str]]:
        """The documents with the reason for each, most uncertain first, unread ones as filed."""
        known, otherwise = self.ranking.uncertain(ids, self.target)
        sure = sorted(known, key=lambda i: (-known[i], i))
        found = [
            (i, f"the model is unsure of its {self.target}s: {known[i]:.3f} bits a word")
            for i in sure
        ]
        return [*found, *((i, otherwise) for i in ids if i not in known)]


@dataclass(frozen=True)
class Mixed:
    """Another order's documents, and in between those of the random share, one in 1/share."""

    inner: Uncertain
    texts: Texts
    share: float = SHARE
    seed: int = SEED

    @property
    def name(self) -> str:
        """As in ``/api/next?order=NAME``."""
        return f"{self.inner.name}-mixed"

    @property
    def text(self) -> str:
        """One line for people."""
        return f"{self.inner.text}, {self.share:.0%} by chance"

    def following(self, store: Store, after: str | None) -> tuple[str | None, str]:
        """The next document after one, and why; None when all are complete."""
        ids = waiting(self.texts, store)
        ours = set(drawn(self.texts, self.share, self.seed))
        reason = (
            f"by chance: one of the {self.share:.0%} that no model chooses, "
            "so that figures measured on them hold for the corpus"
        )
        chance = [(i, reason) for i in drawn(ids, self.share, self.seed)]
        chosen = self.inner.ranked([i for i in ids if i not in ours])
        done = sum(store.status(i) is Status.COMPLETE for i in self.texts)
        return _after(_interleaved(chosen, chance, done, self.share), after)


def waiting(texts: Texts, store: Store) -> list[str]:
    """Documents to label, as filed; those to be discussed only when no others are left."""
    status = {i: store.status(i) for i in texts}
    new = [i for i, found in status.items() if found in (Status.NEW, Status.STARTED)]
    return new or [i for i, found in status.items() if found is Status.DISCUSS]


def add_orders(workplace: Workplace) -> None:
    """Give a workplace the orders that ask the model, after those that it has."""
    ranking = Ranking(workplace.documents, lambda: _model(workplace))
    orders: list[Order] = []
    for target in Target:
        inner = Uncertain(workplace.documents, ranking, target)
        orders += [inner, Mixed(inner, workplace.documents)]
    workplace.orders.update({order.name: order for order in orders})


def _model(workplace: Workplace) -> "ModelSuggestions | None":
    from accord.annotator.suggestions import ModelSuggestions

    return workplace.suggest if isinstance(workplace.suggest, ModelSuggestions) else None


def _interleaved(
    chosen: Sequence[tuple[str, str]], chance: Sequence[tuple[str, str]], done: int, share: float
) -> list[tuple[str, str]]:
    """One of chance's wherever the share of all documents up to there comes to another one."""
    found: list[tuple[str, str]] = []
    one, other = list(reversed(chosen)), list(reversed(chance))
    place = done
    while one or other:
        place += 1
        turn = math.floor(place * share + 1e-9) > math.floor((place - 1) * share + 1e-9)
        found.append((other if (turn and other) or not one else one).pop())
    return found


def _after(ranked: Sequence[tuple[str, str]], after: str | None) -> tuple[str | None, str]:
    """The entry behind one, or the first; an order begins again at its end."""
    ids = [i for i, _ in ranked]
    start = ids.index(after) + 1 if after in ids else 0
    for i, why in (*ranked[start:], *ranked[:start]):
        if i != after:
            return i, why
    return None, "every other document is complete"
