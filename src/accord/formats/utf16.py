"""Positions as JavaScript counts them, in UTF-16 units, and in code points, as Python does."""

from bisect import bisect_left
from itertools import accumulate


class Utf16:
    """Converts positions in one text; code points beyond the BMP are two units long."""

    def __init__(self, text: str):
        self._units = (
            None
            if not text or max(text) <= "\uffff"
            else [0, *accumulate(2 if character > "\uffff" else 1 for character in text)]
        )
        self.length = len(text) if self._units is None else self._units[-1]

    def units(self, position: int) -> int:
        """The UTF-16 position of a code point position between 0 and the text's length."""
        return position if self._units is None else self._units[position]

    def points(self, position: int) -> int | None:
        """The code point position; None within a surrogate pair or outside of the text."""
        if not 0 <= position <= self.length:
            return None
        if self._units is None:
            return position
        index = bisect_left(self._units, position)
        return index if self._units[index] == position else None
