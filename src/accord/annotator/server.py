"""The app on a socket: which address, under which names, and how it ends."""

import errno
import signal
import socket
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from ipaddress import ip_address
from types import FrameType
from typing import TYPE_CHECKING

from accord.errors import InputError

if TYPE_CHECKING:
    from starlette.applications import Starlette

LOOPBACK = "127.0.0.1"
FIRST_PORT = 8765
_TRIED = 30


def listen(host: str, port: int | None) -> socket.socket:
    """A socket bound to a port, or, without one, to the first free from `FIRST_PORT` on.

    Raises InputError if the port is taken, or the host is no address of this machine.
    """
    if port is not None:
        return _bind(host, port)
    for tried in range(FIRST_PORT, FIRST_PORT + _TRIED):
        try:
            return _bind(host, tried)
        except PortTakenError:
            continue
    raise PortTakenError(f"the ports {FIRST_PORT} to {FIRST_PORT + _TRIED - 1} are taken; name one")


class PortTakenError(InputError):
    """Another program listens there."""


def is_loopback(host: str) -> bool:
    """True if only this machine can reach the host."""
    try:
        return ip_address(host).is_loopback
    except ValueError:
        return host == "localhost"


def addresses(bound: socket.socket, host: str) -> tuple[str, ...]:
    """The values of the Host header that reach the socket, the best one for a link first."""
    port = bound.getsockname()[1]
    names = [host]
    if is_loopback(host):
        names += [LOOPBACK, "localhost", "::1"]
    elif host in ("0.0.0.0", "::"):  # noqa: S104 only where the user asked for it
        names = [*_own_addresses(), socket.gethostname(), socket.getfqdn()]
        names += [LOOPBACK, "localhost", "::1"]
    shown = [f"[{name}]" if ":" in name else name for name in names]
    with_port = [f"{name}:{port}" for name in shown]
    return tuple(dict.fromkeys([*with_port, *(shown if port == 80 else ())]))


def serve(
    app: "Starlette", bound: socket.socket, *, started: Callable[[], None], end: Callable[[], None]
) -> None:
    """Serve until a signal ends it; `end` is called first, so that open streams end at once."""
    import uvicorn

    class Server(uvicorn.Server):
        async def startup(self, sockets: list[socket.socket] | None = None) -> None:
            await super().startup(sockets=sockets)
            started()

        def handle_exit(self, sig: int, frame: FrameType | None) -> None:
            end()
            super().handle_exit(sig, frame)

        @contextmanager
        def capture_signals(self) -> Iterator[None]:
            # Unlike uvicorn's own: the signal is not raised again, as there is more to do.
            signals = (signal.SIGINT, signal.SIGTERM, signal.SIGHUP)
            before = {each: signal.signal(each, self.handle_exit) for each in signals}
            try:
                yield
            finally:
                for each, handler in before.items():
                    signal.signal(each, handler)

    config = uvicorn.Config(
        app,
        log_level="warning",
        access_log=False,
        lifespan="off",
        proxy_headers=False,
        server_header=False,
        timeout_graceful_shutdown=3,
    )
    Server(config).run(sockets=[bound])


def _bind(host: str, port: int) -> socket.socket:
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    # asyncio sends without delay only on sockets that name their protocol; on others, an answer in
    # two pieces waits some 40 ms for the first to be acknowledged.
    bound = socket.socket(family, socket.SOCK_STREAM, socket.IPPROTO_TCP)
    bound.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    try:
        bound.bind((host, port))
        bound.listen(128)
    except OSError as error:
        bound.close()
        if error.errno == errno.EADDRINUSE:
            raise PortTakenError(
                f"port {port} is taken by another program (perhaps another `accord annotate`); "
                "end it, or name another with --port"
            ) from None
        reason = error.strerror or str(error)
        raise InputError(f"cannot listen on {host}, port {port}: {reason}") from None
    bound.setblocking(False)
    return bound


def _own_addresses() -> list[str]:
    """This machine's addresses, the one that others on the network reach it by first."""
    found = []
    # Without a network there is no such interface; then the other names must do.
    with suppress(OSError), socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as probe:
        # Nothing is sent: connecting a datagram socket only chooses the interface.
        probe.connect(("192.0.2.1", 9))
        found.append(probe.getsockname()[0])
    with suppress(OSError):
        found += [str(info[4][0]) for info in socket.getaddrinfo(socket.gethostname(), None)]
    return found
