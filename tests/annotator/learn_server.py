"""A browser to look with at the app on a port of this machine."""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from app_server import AppServer

from accord.annotator.workplace import Workplace


@contextmanager
def served(workplace: Workplace) -> Iterator[str]:
    """Serve a workplace; gives the address."""
    server = AppServer(workplace)
    try:
        yield server.address
    finally:
        server.stop()


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
