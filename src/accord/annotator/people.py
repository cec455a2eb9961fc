"""Who labels: a name, a layer of their own, and the token that says so.

Tokens outlive the server, so that a window that is open when it restarts still belongs to its
person. They lie in the user's own state folder, never beside the corpus, which is shared.
"""

import hmac
import json
import os
import re
import secrets
from collections.abc import Iterable
from dataclasses import dataclass, field
from pathlib import Path

from accord.errors import FormatError, InputError
from accord.files import read_text, write_text

_NAME = re.compile(r"\w[\w.-]{0,63}")


@dataclass(frozen=True, slots=True)
class Person:
    """Somebody who labels in a layer of their own."""

    name: str
    layer: str
    token: str = field(repr=False)


def people(root: Path, names: Iterable[str], folder: Path | None = None) -> tuple[Person, ...]:
    """One person a name, each with the layer of that name and a token, old or new.

    Tokens are kept in `folder`, by default ``$XDG_STATE_HOME/accord``. InputError if a name is not
    fit for a layer, or is given twice.
    """
    path = (folder or _state_folder()) / "tokens.json"
    tokens = _read_tokens(path)
    place = str(root.resolve())
    found: dict[str, Person] = {}
    for name in names:
        check_layer_name(name)
        if name.casefold() in {other.casefold() for other in found}:
            raise InputError(f"{name!r} is named twice; each person has a layer of their own")
        token = tokens.setdefault(place, {}).setdefault(name, secrets.token_urlsafe(24))
        found[name] = Person(name, name, token)
    if tokens != _read_tokens(path):
        _write_tokens(path, tokens)
    return tuple(found.values())


def check_layer_name(name: str) -> None:
    """InputError unless the name may be a folder under ``annotations/``."""
    if not _NAME.fullmatch(name):
        raise InputError(
            f"{name!r} cannot name a layer: up to 64 letters, digits, '_', '-' or '.', "
            "beginning with a letter or digit"
        )


def person_of(token: str, known: Iterable[Person]) -> Person | None:
    """Whose token it is; every token is compared, in a time that tells nothing."""
    matching = [p for p in known if hmac.compare_digest(p.token.encode(), token.encode())]
    return matching[0] if matching else None


def _state_folder() -> Path:
    return Path(os.environ.get("XDG_STATE_HOME") or Path.home() / ".local" / "state") / "accord"


def _read_tokens(path: Path) -> dict[str, dict[str, str]]:
    if not path.exists():
        return {}
    try:
        tokens = json.loads(read_text(path))
    except json.JSONDecodeError:
        tokens = None
    if not isinstance(tokens, dict) or not all(
        isinstance(names, dict) and all(isinstance(token, str) for token in names.values())
        for names in tokens.values()
    ):
        raise FormatError("does not hold tokens; delete it, and new links are made", path=path)
    return tokens


def _write_tokens(path: Path, tokens: dict[str, dict[str, str]]) -> None:
    path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
    path.touch(mode=0o600)
    write_text(path, json.dumps(tokens, indent=1, ensure_ascii=False) + "\n")
