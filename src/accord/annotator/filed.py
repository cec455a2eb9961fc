"""The plain order of work: as the files are named."""

from accord.annotator.state import Status
from accord.annotator.store import Store
from accord.annotator.texts import Texts


class Filed:
    """The next document that is not complete, in the order of the files, then from the first."""

    name = "filed"
    text = "as filed"

    def __init__(self, texts: Texts):
        self._ids = tuple(texts)

    def following(self, store: Store, after: str | None) -> tuple[str | None, str]:
        """The next document after one, and why; None when all are complete."""
        start = self._ids.index(after) + 1 if after in self._ids else 0
        for i in (*self._ids[start:], *self._ids[:start]):
            if i != after and store.status(i) is not Status.COMPLETE:
                return i, "the next that is not complete, as filed"
        return None, "every other document is complete"
