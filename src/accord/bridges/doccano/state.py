"""What a pull remembers of a layer: `annotations/LAYER/.doccano.json`, beside the labels.

It tells what was there at the last pull, and so what changed since, here or on the server; and who
had finished what, for which standoff has no place. It holds no credentials.
"""

import json
from dataclasses import asdict, dataclass, field
from pathlib import Path

from accord.corpus.folder import ANNOTATIONS
from accord.errors import FormatError, InputError
from accord.files import read_text, write_text

STATE_FILE = ".doccano.json"
_VERSION = 1


@dataclass(frozen=True)
class Pulled:
    """One document at the last pull: hashes of its text, of the server's labels, of the file."""

    example: int
    text: str
    labels: str
    file: str
    complete: bool


@dataclass
class State:
    """A layer and the member of the project that it came from."""

    project: int
    name: str
    member: str
    documents: dict[str, Pulled] = field(default_factory=dict)


def state_path(root: Path, layer: str) -> Path:
    """Where a layer's state lies."""
    return root / ANNOTATIONS / layer / STATE_FILE


def read_state(root: Path, layer: str) -> State | None:
    """A layer's state; None before the first pull. FormatError if the file is damaged."""
    path = state_path(root, layer)
    if not path.exists():
        return None
    try:
        data = json.loads(read_text(path))
        if data.pop("version") != _VERSION:
            raise ValueError("it is of another version of Accord")
        documents = {name: Pulled(**pulled) for name, pulled in data.pop("documents").items()}
        return State(**data, documents=documents)
    except (ValueError, TypeError, KeyError, AttributeError) as error:
        raise FormatError(
            f"not a state of `accord doccano pull`: {error!r}; restore it, or delete it: the next "
            "pull then compares with the labels alone",
            path=path,
        ) from None


def write_state(root: Path, layer: str, state: State) -> None:
    """Write a layer's state, one line a document, so that a diff shows what came."""
    documents = [
        f"  {json.dumps(name)}: {json.dumps(asdict(pulled))}"
        for name, pulled in sorted(state.documents.items())
    ]
    head = {"version": _VERSION, "project": state.project, "name": state.name}
    text = json.dumps({**head, "member": state.member})[:-1]
    body = ",\n".join(documents)
    write_text(state_path(root, layer), f'{text}, "documents": {{\n{body}\n}}}}\n')


def layer_name(root: Path, name: str) -> str:
    """A layer's name as given; InputError if it is not the name of one folder."""
    if not name or name.startswith(".") or {"/", "\\", "\0"} & set(name):
        raise InputError(
            f"{name!r} cannot be a folder in {root / ANNOTATIONS}; choose a layer's name with "
            "--as MEMBER=LAYER"
        )
    return name
