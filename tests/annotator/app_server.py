"""The app on a port of this machine, served by a thread of the test."""

import threading
import time

import uvicorn

from accord.annotator.app import create_app
from accord.annotator.server import addresses, listen
from accord.annotator.workplace import Workplace


class AppServer:
    """Serves a workplace from when it is made until `stop`; the workplace stays open."""

    def __init__(self, workplace: Workplace, port: int = 0):
        self._workplace = workplace
        self._bound = listen("127.0.0.1", port)
        self.port: int = self._bound.getsockname()[1]
        app = create_app(workplace, hosts=addresses(self._bound, "127.0.0.1"))
        config = uvicorn.Config(
            app, log_level="warning", lifespan="off", timeout_graceful_shutdown=1
        )
        self._server = uvicorn.Server(config)
        self._thread = threading.Thread(
            target=self._server.run, kwargs={"sockets": [self._bound]}, daemon=True
        )
        self._thread.start()
        while not self._server.started and self._thread.is_alive():
            time.sleep(0.01)

    @property
    def address(self) -> str:
        """Where it is, without a slash at the end."""
        return f"http://127.0.0.1:{self.port}"

    def stop(self) -> None:
        """End every stream of events and the server."""
        self._workplace.events.close()
        self._server.should_exit = True
        self._thread.join()
        self._bound.close()
