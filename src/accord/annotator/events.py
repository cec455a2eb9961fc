"""News for the open windows: what changed, and how far training is."""

import asyncio
from collections.abc import AsyncIterator
from typing import Any

# A window that reads nothing for this many events is gone; the page refetches when it returns.
_WAITING = 1000
_PULSE = 15.0

Event = dict[str, Any]


class Events:
    """Publishes events to every listener, from any thread."""

    def __init__(self) -> None:
        self._listeners: dict[asyncio.Queue[Event | None], tuple[str, asyncio.AbstractEventLoop]]
        self._listeners = {}
        self._closed = False

    def publish(self, event: Event, *, layer: str | None = None) -> None:
        """Tell everybody, or only the windows that work on one layer."""
        for queue, (listening, loop) in list(self._listeners.items()):
            if layer is None or layer == listening:
                _put(queue, loop, event)

    async def listen(self, layer: str) -> AsyncIterator[Event | None]:
        """The events from now on, for a window that works on this layer; ends with `close`.

        None now and then, when nothing happens: what writes it notices that the window is gone.
        """
        queue: asyncio.Queue[Event | None] = asyncio.Queue(_WAITING)
        self._listeners[queue] = layer, asyncio.get_running_loop()
        try:
            while not self._closed:
                try:
                    event = await asyncio.wait_for(queue.get(), _PULSE)
                except TimeoutError:
                    yield None
                    continue
                if event is not None:
                    yield event
        finally:
            self._listeners.pop(queue, None)

    def close(self) -> None:
        """End every listener's stream, so that the server can end."""
        self._closed = True
        for queue, (_, loop) in list(self._listeners.items()):
            _put(queue, loop, None)


def _put(queue: asyncio.Queue[Event | None], loop: asyncio.AbstractEventLoop, event: Any) -> None:
    def put() -> None:
        if queue.full():
            queue.get_nowait()
        queue.put_nowait(event)

    # The loop may be closed already when a training thread reports its end.
    if not loop.is_closed():
        loop.call_soon_threadsafe(put)
