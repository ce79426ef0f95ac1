"""Servers as processes: started, watched, stopped, and told apart from those that end."""

import socket
import sys

import psutil
import pytest

from peers.server_process import ServerFailedError, running, wait_until_open

LISTENS = """
import socket, sys
with socket.create_server(("127.0.0.1", int(sys.argv[1]))) as server:
    sum(range(3_000_000))
    while True:
        server.accept()
"""


@pytest.fixture
def port() -> int:
    with socket.create_server(("127.0.0.1", 0)) as free:
        return int(free.getsockname()[1])


async def test_a_server_is_waited_for_measured_and_stopped(port: int) -> None:
    others = set(psutil.Process().children(recursive=True))
    with running([sys.executable, "-c", LISTENS, str(port)], threads=1, cost_model=None) as server:
        await wait_until_open(server, port, 20)
        server.check()
        assert server.cpu_s() > 0
        children = set(psutil.Process().children(recursive=True)) - others
        assert children
    assert not any(child.is_running() for child in children)


async def test_why_a_server_ended_is_told(port: int) -> None:
    command = [sys.executable, "-c", "import os; raise SystemExit(os.environ['OMP_NUM_THREADS'])"]
    with (
        running(command, threads=3, cost_model=None) as server,
        pytest.raises(ServerFailedError, match="ended:\n3"),
    ):
        await wait_until_open(server, port, 20)


async def test_a_server_that_never_listens_is_given_up(port: int) -> None:
    command = [sys.executable, "-c", "import time; time.sleep(60)"]
    with running(command, threads=1, cost_model=None) as server, pytest.raises(TimeoutError):
        await wait_until_open(server, port, 0.5)
