"""`accord annotate`: the real server, started, used, and ended."""

import asyncio
import re
import signal
import socket
from concurrent.futures import ThreadPoolExecutor

import pytest
from app_cases import mark
from command_cases import Running, signed_in

from accord.annotator.server import addresses, is_loopback, listen
from accord.corpus.validate import validate
from accord.errors import InputError


def test_label_end_and_start_again(root):
    server = Running(root, "--port", "0", "--layer", "anna")
    (link,) = server.read_links(1)
    assert re.fullmatch(r"http://127\.0\.0\.1:\d+/\?token=[\w-]{32}", link)
    with signed_in(link) as client:
        version = client.get("/api/document/articles/a").json()["version"]
        body = {"version": version, "actions": [mark(0, 4)]}
        assert client.post("/api/actions/articles/a", json=body).status_code == 200
        # A window that listens does not keep the server from ending.
        with client.stream("GET", "/api/events") as events:
            next(events.iter_lines())
            code, _, said = server.end()
    assert code == 0
    assert "all is saved in" in said
    assert "articles/a" in said
    assert "Traceback" not in said
    assert validate(root) == ()
    server = Running(root, "--port", "0", "--layer", "anna")
    assert server.read_links(1)[0].partition("token=")[2] == link.partition("token=")[2]
    busy = Running(root, "--port", "0", "--layer", "anna")
    _, said = busy.process.communicate(timeout=600)
    assert busy.process.returncode == 2
    assert "is open in another `accord annotate`" in said
    server.process.kill()
    server.process.communicate(timeout=600)
    # After a kill nothing stands in the way of the next start.
    server = Running(root, "--port", "0", "--as", "anna", "--as", "ben")
    first, second = server.read_links(2)
    with signed_in(first) as anna, signed_in(second) as ben:
        assert len(anna.get("/api/document/articles/a").json()["mentions"]) == 1
        assert ben.get("/api/document/articles/a").json()["mentions"] == []
    assert server.end(signal.SIGTERM)[0] == 0


@pytest.mark.parametrize(
    ("options", "reason"),
    [
        ([], "whose labels are these"),
        (["--layer", "../gold"], "cannot name a layer"),
        (["--layer", "anna", "--host", "192.0.2.7"], "cannot listen on 192.0.2.7"),
    ],
)
def test_what_cannot_start_says_why(root, options, reason):
    server = Running(root, *options)
    _, said = server.process.communicate(timeout=600)
    assert server.process.returncode == 2
    assert reason in said
    assert "Traceback" not in said


def test_a_taken_port_is_named_and_passed_over_if_none_was_asked_for():
    taken = listen("127.0.0.1", None)
    port = taken.getsockname()[1]
    with pytest.raises(InputError, match=f"port {port} is taken"):
        listen("127.0.0.1", port)
    other = listen("127.0.0.1", None)
    assert other.getsockname()[1] > port
    taken.close()
    other.close()


def test_only_loopback_unless_asked():
    assert is_loopback("127.0.0.1")
    assert is_loopback("::1")
    assert is_loopback("localhost")
    assert not is_loopback("0.0.0.0")  # noqa: S104
    assert not is_loopback("192.168.0.7")
    bound = listen("127.0.0.1", 0)
    port = bound.getsockname()[1]
    assert addresses(bound, "127.0.0.1") == (
        f"127.0.0.1:{port}",
        f"localhost:{port}",
        f"[::1]:{port}",
    )
    assert f"{socket.gethostname()}:{port}" in addresses(bound, "0.0.0.0")  # noqa: S104
    bound.close()


def test_what_is_sent_does_not_wait_for_what_was_sent_before():
    async def without_delay():
        told = asyncio.get_running_loop().create_future()

        async def accepted(_, writer):
            sock = writer.get_extra_info("socket")
            told.set_result(sock.getsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY))
            writer.close()

        bound = listen("127.0.0.1", 0)
        async with await asyncio.start_server(accepted, sock=bound):
            _, writer = await asyncio.open_connection(*bound.getsockname())
            flag = await told
            writer.close()
        return flag

    # A loop of its own: the browser tests leave one running in this thread.
    with ThreadPoolExecutor() as pool:
        assert pool.submit(asyncio.run, without_delay()).result()
