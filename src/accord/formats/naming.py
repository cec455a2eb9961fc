"""Ids for labels whose format has none, or has ids that are not unique."""

import re
from collections.abc import Iterable


class Names:
    """Hands out ids, each one once: the wished one if it is free, else the next free number."""

    def __init__(self, letter: str, taken: Iterable[str] = ()):
        self._letter = letter
        self._taken = set(taken)
        numbers = (re.fullmatch(rf"{letter}([0-9]{{1,18}})", name) for name in self._taken)
        self._last = max((int(match[1]) for match in numbers if match), default=0)

    def give(self, wish: str = "") -> str:
        """A free id: `wish` itself if it is one."""
        if not wish or wish in self._taken:
            while (wish := f"{self._letter}{self._last + 1}") in self._taken:
                self._last += 1
        self._taken.add(wish)
        return wish
