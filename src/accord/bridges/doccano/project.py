"""The project on the server: found or made, with the types, colours and guideline of here."""

import re
import string
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from hashlib import sha256
from typing import Any

from accord.bridges.doccano.conflicts import GUIDELINE, Conflict
from accord.bridges.doccano.errors import ServerError
from accord.bridges.doccano.remote import Account
from accord.errors import InputError
from accord.report.palette import PALETTE, colour_numbers
from accord.schema import Schema

NAME_LIMIT = 100  # of projects and of types, doccano's own

# Offsets are UTF-16 units only with grapheme mode off; marks may nest; and with one's own labels
# for each member nobody deletes another's.
REQUIRED = {
    "project_type": "SequenceLabeling",
    "grapheme_mode": False,
    "allow_overlapping": True,
    "use_relation": True,
    "collaborative_annotation": False,
}
_KEYS = string.digits[1:] + string.ascii_lowercase


@dataclass(frozen=True)
class Project:
    """A project of the server's; the types are numbers by name."""

    number: int
    name: str
    spans: Mapping[str, int]
    relations: Mapping[str, int]
    created: bool = False


def find_project(account: Account, name: str) -> dict[str, Any] | None:
    """The project of that name, or else of that number; ServerError if several have the name."""
    projects = account.call("projects")
    found = [project for project in projects if project["name"] == name]
    if not found and name.isdecimal():
        found = [project for project in projects if project["id"] == int(name)]
    if len(found) > 1:
        numbers = ", ".join(str(project["id"]) for project in found)
        raise ServerError(
            f"several projects are called {name!r}; say --project with one's number: {numbers}"
        )
    return found[0] if found else None


def open_project(account: Account, name: str) -> Project:
    """The project as it is; ServerError if there is none, or labels in it would be lost."""
    found = find_project(account, name)
    if found is None:
        known = ", ".join(repr(project["name"]) for project in account.call("projects")) or "none"
        raise ServerError(
            f"{account.name!r} has no project {name!r} on the server; it has: {known}; "
            "`accord doccano push` makes one"
        )
    _fit(found)
    return _with_types(account, found, created=False)


def make_project(
    account: Account, name: str, schema: Schema, guideline: str, choices: Mapping[str, str]
) -> tuple[Project, tuple[Conflict, ...]]:
    """Create the project or bring it up to date; types that the schema lacks are left alone.

    Raises InputError for names that doccano would refuse, and ServerError as `open_project` does.
    """
    check_names(name, schema)
    wanted = f"Labels of {schema.name}, version {schema.version}; from Accord"
    description = f"{wanted} (guideline {_short(guideline)})"
    found = find_project(account, name)
    conflicts: list[Conflict] = []
    if found is None:
        settings = {**REQUIRED, "name": name, "description": description, "guideline": guideline}
        found = _create(account, name, settings)
        created = True
    else:
        _fit(found)
        created = False
        changes = {}
        # doccano trims what it stores, so trimmed texts are compared.
        if found["guideline"].strip() != guideline.strip():
            match = re.search(r"\(guideline ([0-9a-f]{12})\)$", found["description"])
            ours = match is not None and match[1] == _short(found["guideline"])
            if ours or choices.get(GUIDELINE) == "replace":
                changes["guideline"] = guideline
            elif GUIDELINE not in choices:
                reason = "the guideline of the project was edited on the server"
                conflicts.append(Conflict(GUIDELINE, "", "", reason))
        agreed = changes or (not conflicts and GUIDELINE not in choices)
        if agreed and found["description"] != description:
            changes["description"] = description
        if changes:
            account.call(
                "update_project",
                project=found["id"],
                **changes,
                resourcetype="SequenceLabelingProject",
            )
    _make_types(account, found["id"], schema)
    return _with_types(account, found, created=created), tuple(conflicts)


def add_members(account: Account, project: Project, names: Sequence[str]) -> tuple[str, ...]:
    """Make accounts annotators of the project, those that are no members yet; which they were."""
    members = {member["user"] for member in account.call("members", project=project.number)}
    missing = [name for name in names if name not in members]
    if missing:
        users = set(account.call("users"))
        unknown = [name for name in missing if name not in users]
        if unknown:
            raise ServerError(
                f"the server has no account {', '.join(map(repr, unknown))}; create it there, or "
                "start your own server with `accord doccano serve --annotator NAME`"
            )
    for name in missing:
        account.call("add_member", project=project.number, user=name, role="annotator")
    return tuple(missing)


def check_names(name: str, schema: Schema) -> None:
    """InputError for what the server would refuse, or cut, in the middle of the work."""
    if not name.strip() or name != name.strip() or len(name) > NAME_LIMIT:
        raise InputError(
            f"a project's name has 1 to {NAME_LIMIT} characters and no white space at its ends, "
            f"not {name!r}"
        )
    for kind in (*schema.mentions, *schema.relations):
        if len(kind) > NAME_LIMIT:
            raise InputError(
                f"the type {kind[:20]}... has {len(kind)} characters; doccano allows {NAME_LIMIT}"
            )


def _fit(found: Mapping[str, Any]) -> None:
    wrong = [key for key, value in REQUIRED.items() if found.get(key) != value]
    if wrong:
        settings = ", ".join(f"{key} is {found.get(key)!r}, not {REQUIRED[key]!r}" for key in wrong)
        raise ServerError(
            f"labels of the project {found['name']!r} would be lost, as {settings}; "
            "choose another project's name, and a new one is made"
        )


def _create(account: Account, name: str, settings: dict[str, Any]) -> dict[str, Any]:
    if not account.staff:
        raise ServerError(
            f"there is no project {name!r}, and {account.name!r} may not create one; log in as an "
            "administrator, or have one create it and make this account its project admin"
        )
    try:
        created: dict[str, Any] = account.call(
            "create_project", **settings, tags=[], resourcetype="SequenceLabelingProject"
        )
    except ServerError as error:
        # The answer may be lost and the project made.
        found = find_project(account, name) if error.temporary else None
        if found is None:
            raise
        return found
    return created


def _make_types(account: Account, project: int, schema: Schema) -> None:
    for of, names in (("span", tuple(schema.mentions)), ("relation", tuple(schema.relations))):
        existing = {kind["text"]: kind for kind in account.call("types", project=project, of=of)}
        taken = {kind["suffix_key"] for kind in existing.values()}
        for name, number in colour_numbers(names).items():
            shade = PALETTE[number].light
            colours = {"background_color": shade.ground, "text_color": shade.ink}
            if name not in existing:
                key = next((key for key in _KEYS if key not in taken), None)
                taken.add(key)
                _create_type(account, project, of, text=name, suffix_key=key, **colours)
            elif any(existing[name][key] != value for key, value in colours.items()):
                account.call(
                    "update_type", project=project, of=of, number=existing[name]["id"], **colours
                )


def _create_type(account: Account, project: int, of: str, **fields: Any) -> None:
    try:
        account.call("create_type", project=project, of=of, **fields)
    except ServerError as error:
        names = {kind["text"] for kind in account.call("types", project=project, of=of)}
        if not error.temporary or fields["text"] not in names:
            raise


def _with_types(account: Account, found: Mapping[str, Any], *, created: bool) -> Project:
    spans, relations = (
        {kind["text"]: kind["id"] for kind in account.call("types", project=found["id"], of=of)}
        for of in ("span", "relation")
    )
    return Project(found["id"], found["name"], spans, relations, created)


def _short(guideline: str) -> str:
    return sha256(guideline.strip().encode()).hexdigest()[:12]
