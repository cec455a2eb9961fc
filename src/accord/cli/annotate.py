"""`accord annotate`."""

import os
import sys
import webbrowser
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from accord.cli.console import err, out
from accord.counted import counted
from accord.errors import InputError

if TYPE_CHECKING:
    from accord.annotator.workplace import Workplace

_SHOWN = 5


def command(
    corpus: Annotated[
        Path, typer.Argument(help="The folder corpus/, or the folder that holds it.")
    ] = Path(),
    layer: Annotated[
        str | None, typer.Option("--layer", help="Layer to label in: a folder of annotations/.")
    ] = None,
    names: Annotated[
        list[str] | None,
        typer.Option(
            "--as",
            metavar="NAME",
            help="Somebody who labels, in a layer of that name and with a link of their own. "
            "May be repeated.",
        ),
    ] = None,
    port: Annotated[
        int | None,
        typer.Option("--port", min=0, max=65535, help="Default: the first free from 8765 on."),
    ] = None,
    host: Annotated[
        str,
        typer.Option("--host", help="Address to listen on; 0.0.0.0 for the whole local network."),
    ] = "127.0.0.1",
    browser: Annotated[
        bool, typer.Option("--browser/--no-browser", help="Open the page in the browser.")
    ] = True,
    model: Annotated[
        Path | None, typer.Option("--model", help="A model folder whose suggestions are shown.")
    ] = None,
) -> None:
    """Label a corpus in the browser: mentions and relations, by keyboard or mouse.

    Every action is in the layer's journal on disk before the page says so; annotations/LAYER/*.ann
    are written when a document is complete, or on Export. Ctrl-C ends it.

    Example:  accord annotate corpus/ --layer anna

    Example:  accord annotate corpus/ --as anna --as ben --host 0.0.0.0
    """
    from accord.annotator.app import create_app
    from accord.annotator.people import people
    from accord.annotator.server import addresses, is_loopback, listen, serve
    from accord.annotator.workplace import open_workplace

    chosen = [*([layer] if layer else []), *(names or [])]
    if not chosen:
        raise InputError("whose labels are these? name a layer with --layer, or people with --as")
    root = _root(corpus)
    workplace = open_workplace(root, people(root, chosen))
    try:
        if model is not None:
            from accord.annotator.suggestions import load_suggestions

            load_suggestions(workplace, model)
        bound = listen(host, port)
        hosts = addresses(bound, host)
        app = create_app(workplace, hosts=hosts, cookie=f"accord-{bound.getsockname()[1]}")
        _say_torn(workplace)
        links = {p.name: f"http://{hosts[0]}/?token={p.token}" for p in workplace.people}
        texts = counted(len(workplace.documents), "text")
        out.print(f"{texts} of {root.resolve()}; Ctrl-C ends it", markup=False, soft_wrap=True)
        for name, link in links.items():
            out.print(f"{name}: {link}", markup=False, soft_wrap=True)
        if not is_loopback(host):
            err.print(
                "[bold yellow]open to the network:[/] whoever has a link labels under that name, "
                "and the connection is not encrypted; use it only where you trust the network",
                soft_wrap=True,
            )
        sys.stdout.flush()

        def started() -> None:
            if browser and len(links) == 1 and _has_screen():
                webbrowser.open(next(iter(links.values())))

        serve(app, bound, started=started, end=workplace.events.close)
        _say_unwritten(workplace)
    finally:
        workplace.close()


def _root(corpus: Path) -> Path:
    """The folder that holds corpus/ and annotations/."""
    resolved = corpus.resolve()
    if not (corpus / "annotations").is_dir() and resolved.name == "corpus":
        return resolved.parent
    return corpus


def _has_screen() -> bool:
    """Whether a browser can show anything; without, a text browser would take the terminal."""
    if sys.platform != "linux":
        return True
    return bool(os.environ.get("DISPLAY") or os.environ.get("WAYLAND_DISPLAY"))


def _say_torn(workplace: "Workplace") -> None:
    for store in workplace.stores.values():
        if store.cut:
            err.print(
                f"{store.path}: cut off {store.cut} bytes at its end: an action that a crash "
                "interrupted and that was never confirmed",
                markup=False,
                soft_wrap=True,
            )


def _say_unwritten(workplace: "Workplace") -> None:
    """At the end: everything is in the journals; which files do not show it yet."""
    for name, store in workplace.stores.items():
        behind = store.behind()
        if not behind:
            continue
        shown = ", ".join(behind[:_SHOWN])
        more = f" and {len(behind) - _SHOWN} more" if len(behind) > _SHOWN else ""
        err.print(
            f"{name}: all is saved in {store.path}; of these the .ann files are not written yet "
            f"or older: {shown}{more} (Export in the app, or complete them)",
            markup=False,
            soft_wrap=True,
        )
