"""Counts in words, for messages."""


def counted(number: int, noun: str) -> str:
    """The number with its noun, as "1 document" and "2 documents"; the plural ends in -s."""
    return f"{number} {noun if number == 1 else noun + 's'}"
