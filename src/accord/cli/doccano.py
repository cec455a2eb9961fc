"""`accord doccano`: push, pull, status and serve."""

import os
import signal
import sys
import tempfile
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from types import FrameType
from typing import TYPE_CHECKING, Annotated

import typer

from accord.cli.console import err, out, print_json, progress
from accord.cli.options import HERE, Root, Split
from accord.counted import counted
from accord.errors import InputError

if TYPE_CHECKING:
    from accord.bridges.doccano.accounts import Logins
    from accord.bridges.doccano.export import Export
    from accord.bridges.doccano.remote import Account, Worker

command = typer.Typer(
    no_args_is_help=True,
    add_completion=False,
    help="Label with doccano: serve one on this machine, push documents, pull what people label.",
    epilog="Logins come from ACCORD_DOCCANO_USER and ACCORD_DOCCANO_PASSWORD (for a member NAME: "
    "ACCORD_DOCCANO_PASSWORD_NAME), from the folder of a server started by `accord doccano serve`, "
    "or you are asked.",
)

Project_ = Annotated[
    str,
    typer.Option("--project", help="The project's name on the server, or its number."),
]
Server = Annotated[
    str | None,
    typer.Option(
        "--server",
        metavar="URL",
        help="The server; else $ACCORD_DOCCANO_URL, else the one that `accord doccano serve` runs.",
    ),
]
Data = Annotated[
    Path | None,
    typer.Option(
        "--data",
        help="Folder of your own server; else $ACCORD_DOCCANO_DATA, else in your data folder.",
        show_default=False,
    ),
]
Environments = Annotated[
    Path | None,
    typer.Option(
        "--environments",
        help="Where doccano's programs are installed on first use; else $ACCORD_DOCCANO_ENV, else "
        "in your cache folder.",
        show_default=False,
    ),
]
Resolve = Annotated[
    list[str] | None,
    typer.Option(
        "--resolve",
        metavar="KIND=CHOICE",
        help="What to do about conflicts of a kind; they are listed with their choices.",
    ),
]


@command.command()
def push(
    project: Project_,
    layer: Annotated[
        str | None, typer.Option("--layer", help="Labels to start from: a layer, such as gold.")
    ] = None,
    model: Annotated[
        Path | None, typer.Option("--model", help="Labels to start from: what this model finds.")
    ] = None,
    member: Annotated[
        list[str] | None,
        typer.Option(
            "--member",
            help="An annotator: made a member, and given the labels to start from. May be "
            "repeated; without any, your own account is given them.",
        ),
    ] = None,
    split: Split = "*",
    resolve: Resolve = None,
    server: Server = None,
    data: Data = None,
    environments: Environments = None,
    root: Root = HERE,
) -> None:
    """Bring documents onto a doccano server, with labels to start from.

    The project is made, or brought up to date, after annotations/schema.toml and guidelines.md.
    Run it again at any time: what is there already is not sent again, and nobody's work is
    overwritten. The exit code is 1 while there are conflicts.

    Example:  accord doccano push --project alliances --layer gold --member ann --member bob
    """
    from accord.bridges.doccano.conflicts import PUSH, choices
    from accord.bridges.doccano.folder import Documents, Suggestions, guideline
    from accord.bridges.doccano.project import add_members, check_names, make_project
    from accord.bridges.doccano.push import Push
    from accord.bridges.doccano.remote import log_in
    from accord.bridges.doccano.serve import clear_uploads
    from accord.cli.doccano_print import print_conflicts, print_pushed
    from accord.corpus.folder import corpus_schema

    chosen = choices(resolve or (), PUSH)
    if layer is not None and model is not None:
        raise InputError("labels to start from come from --layer or from --model, not from both")
    schema = corpus_schema(root)
    check_names(project, schema)
    documents = Documents(root, split)
    suggest = Suggestions(root, layer, model)
    names = list(dict.fromkeys(member or ()))
    with _connected(server, data, environments) as (worker, main, logins):
        found, conflicts = make_project(main, project, schema, guideline(root), chosen)
        _note(
            f"project {found.name!r} {'created' if found.created else 'found'}: "
            f"{logins.url}/projects/{found.number}"
        )
        for name in add_members(main, found, names):
            err.print(f"{name} is a member now", markup=False)
        accounts: list[Account] = []
        if suggest.wanted:
            for name in names:
                login = logins.member(name)
                accounts.append(log_in(worker, logins.url, login.user, login.password))
        with progress("push") as listener:
            pushed = Push(
                main,
                found,
                schema,
                documents,
                len(documents),
                listener,
                suggest if suggest.wanted else None,
                layer or "model",
                accounts or [main],
                chosen,
            ).run()
        if logins.private:
            clear_uploads(logins.data, pushed.files)
        elif pushed.files:
            _note(
                f"the server keeps what was uploaded ({counted(len(pushed.files), 'file')}) in its "
                "media folder, where doccano may hand it out without login"
            )
    print_pushed(pushed)
    print_conflicts([*conflicts, *pushed.conflicts], PUSH)


@command.command()
def pull(
    project: Project_,
    member: Annotated[
        list[str] | None,
        typer.Option("--member", help="Only this member's work. May be repeated."),
    ] = None,
    as_: Annotated[
        list[str] | None,
        typer.Option(
            "--as", metavar="MEMBER=LAYER", help="The layer of a member; else its own name."
        ),
    ] = None,
    finished: Annotated[
        bool, typer.Option("--finished", help="Only documents that the member has finished.")
    ] = False,
    split: Split = "*",
    resolve: Resolve = None,
    server: Server = None,
    data: Data = None,
    environments: Environments = None,
    root: Root = HERE,
) -> None:
    """Bring each member's labels into a layer of its own, annotations/NAME/.

    Says what changed since the last pull. A document with a conflict is left as it is; the exit
    code is 1 while there are any.

    Example:  accord doccano pull --project alliances --as ann=anna
    """
    from accord.bridges.doccano.conflicts import PULL, choices
    from accord.bridges.doccano.folder import Documents
    from accord.bridges.doccano.project import open_project
    from accord.bridges.doccano.pull import Pull
    from accord.cli.doccano_print import print_conflicts, print_report
    from accord.corpus.folder import corpus_schema

    chosen = choices(resolve or (), PULL)
    layers = _layers(as_ or ())
    schema = corpus_schema(root)
    documents = None if split == "*" else set(Documents(root, split).names)
    with _connected(server, data, environments) as (_, main, logins):
        found = open_project(main, project)
        with _exported(main, found.number, logins) as export, progress("pull") as listener:
            report = Pull(
                root,
                schema,
                found,
                export,
                listener,
                documents,
                member,
                layers,
                finished,
                chosen,
                main.call("count", project=found.number),
            ).run()
    print_report(report)
    print_conflicts(report.conflicts, PULL)


@command.command()
def status(
    project: Project_,
    documents: Annotated[
        bool, typer.Option("--documents", help="Also list each document.")
    ] = False,
    as_json: Annotated[
        bool, typer.Option("--json", help="Print JSON: each member's word on each document.")
    ] = False,
    server: Server = None,
    data: Data = None,
    environments: Environments = None,
) -> None:
    """Show who has finished what.

    Example:  accord doccano status --project alliances --documents
    """
    from accord.bridges.doccano import status as status_
    from accord.bridges.doccano.project import open_project
    from accord.cli.doccano_print import print_status

    with _connected(server, data, environments) as (_, main, logins):
        found = open_project(main, project)
        with _exported(main, found.number, logins) as export:
            state = status_.status(export)
    if as_json:
        print_json({"members": list(state.members), "documents": state.documents})
        return
    print_status(f"{found.name}: {counted(len(state.documents), 'document')}", state, documents)


@command.command()
def serve(
    port: Annotated[
        int, typer.Option("--port", min=0, max=65535, help="Port on this machine; 0: a free one.")
    ] = 8000,
    annotator: Annotated[
        list[str] | None,
        typer.Option("--annotator", help="Also make this account. May be repeated."),
    ] = None,
    data: Data = None,
    environments: Environments = None,
) -> None:
    """Run a private doccano on this machine, until Ctrl-C.

    The database, keys and accounts lie in one folder of yours that others cannot read.
    `accord doccano push`, `pull` and `status` find the server by themselves.

    Example:  accord doccano serve --annotator ann --annotator bob
    """
    from accord.bridges.doccano.accounts import ACCOUNTS_FILE, ADMIN, data_folder
    from accord.bridges.doccano.errors import ServerError
    from accord.bridges.doccano.serve import serving

    folder = data_folder(data, os.environ)
    python = _environment("server", environments)
    _stop_on_terminate()
    with serving(python, folder, port=port, annotators=annotator or (), note=_note) as running:
        names = ", ".join([ADMIN, *(annotator or ())])
        out.print(running.url, markup=False)
        _note(f"accounts: {names}; their passwords: {folder / ACCOUNTS_FILE}")
        err.print("stop it with Ctrl-C", markup=False)
        try:
            while (ended := running.wait(60)) is None:
                pass
        except KeyboardInterrupt:
            err.print("stopping")
            return
        raise ServerError(f"doccano's {ended} process ended; see {folder / 'logs'}/{ended}.log")


@command.command()
def install(environments: Environments = None) -> None:
    """Install doccano's programs now, in environments of their own, rather than on first use.

    Example:  accord doccano install
    """
    for kind in ("client", "server"):
        out.print(str(_environment(kind, environments)), markup=False, soft_wrap=True)


@contextmanager
def _connected(
    server: str | None, data: Path | None, environments: Path | None
) -> Iterator[tuple["Worker", "Account", "Logins"]]:
    from accord.bridges.doccano.accounts import Logins, data_folder, server_url
    from accord.bridges.doccano.remote import Worker, log_in

    folder = data_folder(data, os.environ)
    logins = Logins(server_url(server, folder, os.environ), folder, os.environ, _ask)
    login = logins.main()
    if logins.unencrypted:
        err.print(
            f"warning: {logins.url} is not encrypted; others on the way can read the password",
            markup=False,
        )
    with Worker(_environment("client", environments), _note) as worker:
        yield worker, log_in(worker, logins.url, login.user, login.password), logins


@contextmanager
def _exported(main: "Account", project: int, logins: "Logins") -> Iterator["Export"]:
    from accord.bridges.doccano.export import fetch
    from accord.bridges.doccano.serve import clear_exports

    with tempfile.TemporaryDirectory() as folder:
        _note("waiting for the server's export")
        export = fetch(main, project, Path(folder))
        if logins.private:
            clear_exports(logins.data, export.archives)
        else:
            err.print(
                "the server keeps the archives of this export in its media folder, where doccano "
                f"may hand them out without login: {', '.join(export.archives)}",
                markup=False,
            )
        yield export


def _environment(kind: str, base: Path | None) -> Path:
    from accord.bridges.doccano.environment import environment, folder_of_environments

    with progress(f"doccano's {kind}") as listener:
        folder = folder_of_environments(base, os.environ)
        return environment(kind, folder, _note, listener)


def _ask(question: str, hidden: bool) -> str | None:
    if not sys.stdin.isatty():
        return None
    answer: str = typer.prompt(question, hide_input=hidden, err=True)
    return answer


def _note(text: str) -> None:
    err.print(text, markup=False, soft_wrap=True)


def _stop_on_terminate() -> None:
    """End cleanly on each of these, also where a shell in the background ignores Ctrl-C."""
    signals = (signal.SIGINT, signal.SIGTERM, signal.SIGHUP)

    def interrupt(_: int, __: FrameType | None) -> None:
        # Whoever is impatient and asks again must not stop the stopping half-way.
        for number in signals:
            signal.signal(number, signal.SIG_IGN)
        raise KeyboardInterrupt

    for number in signals:
        signal.signal(number, interrupt)


def _layers(given: Sequence[str]) -> dict[str, str]:
    layers: dict[str, str] = {}
    for text in given:
        member, _, layer = text.partition("=")
        if not member or not layer:
            raise InputError(f"--as takes MEMBER=LAYER, not {text!r}")
        if layer in layers.values():
            raise InputError(f"two members cannot share the layer {layer!r}")
        layers[member] = layer
    return layers
