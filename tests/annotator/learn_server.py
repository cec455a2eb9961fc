"""The app on a port of this machine, and a browser to look at it with."""

import threading
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import uvicorn

from accord.annotator.app import create_app
from accord.annotator.server import addresses, listen
from accord.annotator.workplace import Workplace


@contextmanager
def served(workplace: Workplace) -> Iterator[str]:
    """Serve a workplace from a thread; gives the address."""
    bound = listen("127.0.0.1", 0)
    hosts = addresses(bound, "127.0.0.1")
    app = create_app(workplace, hosts=hosts)
    server = uvicorn.Server(uvicorn.Config(app, log_level="warning", lifespan="off"))
    thread = threading.Thread(target=server.run, kwargs={"sockets": [bound]}, daemon=True)
    thread.start()
    try:
        yield f"http://{hosts[0]}"
    finally:
        server.should_exit = True
        workplace.events.close()
        thread.join()
        bound.close()


@contextmanager
def browsing(workplace: Workplace, chromium: Any, **options: object) -> Iterator[tuple[Any, str]]:
    """A page of a browser in which the first person is signed in, and the app's address."""
    with served(workplace) as address:
        context = chromium.new_context(**options)
        token = workplace.people[0].token
        # A busy machine may be slow for a long moment; that is no failure of the page.
        context.set_default_timeout(180_000)
        context.add_cookies([{"name": "accord", "value": token, "url": address}])
        page = context.new_page()
        errors: list[str] = []
        page.on("pageerror", lambda error: errors.append(str(error)))
        page.on("console", lambda m: errors.append(m.text) if m.type == "error" else None)
        yield page, address
        context.close()
    assert errors == []
