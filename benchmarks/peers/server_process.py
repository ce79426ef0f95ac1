"""A server that is measured, as a process: started, watched and stopped."""

import asyncio
import os
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

import psutil

_TRUE_COST = Path(__file__).parent.parent / "true_cost.py"
_LINES_SHOWN = 15
_MEMORY_INTERVAL_S = 0.5


class ServerFailedError(Exception):
    """The server ended by itself; the message is the end of what it wrote."""


class ServerProcess:
    """Processor time and memory of a server and its children."""

    def __init__(self, process: subprocess.Popen[bytes], output: Path) -> None:
        self._process = process
        self._output = output
        self._root = psutil.Process(process.pid)
        self.peak_memory_mb = 0.0

    def check(self) -> None:
        """Raises:
        ServerFailedError: it has ended.
        """
        if self._process.poll() is not None:
            lines = self._output.read_text(errors="replace").splitlines()[-_LINES_SHOWN:]
            raise ServerFailedError("\n".join(["the server ended:", *lines]))

    def cpu_s(self) -> float:
        """Seconds of processor time so far."""
        return sum(sum(process.cpu_times()[:2]) for process in self._processes())

    async def watch_memory(self) -> None:
        """Note the peak, until cancelled."""
        while True:
            with suppress(psutil.NoSuchProcess):
                memory = sum(process.memory_info().rss for process in self._processes())
                self.peak_memory_mb = max(self.peak_memory_mb, memory / 1e6)
            await asyncio.sleep(_MEMORY_INTERVAL_S)

    def stop(self) -> None:
        """End the server and its children."""
        processes = self._processes() if self._process.poll() is None else []
        for process in processes:
            with suppress(psutil.NoSuchProcess):
                process.terminate()
        _, alive = psutil.wait_procs(processes, timeout=10)
        for process in alive:
            process.kill()
        self._process.wait()

    def _processes(self) -> list[psutil.Process]:
        return [self._root, *self._root.children(recursive=True)]


@contextmanager
def running(
    command: list[str], *, threads: int, cost_model: Path | None
) -> Iterator[ServerProcess]:
    """Start a server; it is stopped at the end.

    Args:
        command: its command line.
        threads: OpenMP threads of each of its decodes, and of each repetition of one.
        cost_model: directory of the model at whose price it runs (see ``true_cost.py``).
    """
    if cost_model is not None:
        command = [sys.executable, str(_TRUE_COST), "--cost-model", str(cost_model), "--", *command]
    with tempfile.TemporaryDirectory() as folder:
        environment = {
            **os.environ,
            "VIVAVOZ_DATA_DIR": folder,
            "HF_HUB_OFFLINE": "1",
            "OMP_NUM_THREADS": str(threads),
            "TRUE_COST_THREADS": str(threads),
        }
        output = Path(folder, "output")
        with output.open("wb") as file:
            process = subprocess.Popen(command, env=environment, stdout=file, stderr=file)
        server = ServerProcess(process, output)
        try:
            yield server
        finally:
            server.stop()


async def wait_until_open(server: ServerProcess, port: int, timeout_s: float) -> None:
    """Wait until something listens on the port.

    Raises:
        ServerFailedError: the server ended.
        TimeoutError: it took too long.
    """
    give_up_at_s = time.monotonic() + timeout_s
    while time.monotonic() < give_up_at_s:
        server.check()
        with suppress(OSError):
            _, writer = await asyncio.open_connection("127.0.0.1", port)
            writer.close()
            return
        await asyncio.sleep(0.2)
    raise TimeoutError(f"the server did not listen within {timeout_s:.0f} s")
