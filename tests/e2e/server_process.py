"""The real server as a process."""

import asyncio
import os
import signal
import sys
from dataclasses import dataclass, field
from pathlib import Path
from urllib.request import urlopen

from tests.live.ports import free_port

_START_TIMEOUT_S = 60.0
_LOOPBACK = "127.0.0.1"


@dataclass
class ServerProcess:
    """``vivavoz serve`` with a data folder of its own; it keeps its port over a restart.

    ``settings`` are variables for its environment; ``program`` is what ``serve`` is a command of.
    """

    data_dir: Path
    options: tuple[str, ...]
    port: int = 0
    settings: dict[str, str] = field(default_factory=dict)
    program: tuple[str, ...] = ("-m", "vivavoz")
    _process: asyncio.subprocess.Process | None = field(default=None, repr=False)

    @property
    def url(self) -> str:
        """Address of the page."""
        return f"http://{_LOOPBACK}:{self.port}/"

    @property
    def transcript_files(self) -> list[Path]:
        """The transcript files written so far."""
        return sorted((self.data_dir / "transcripts").glob("*.txt"))

    @property
    def pid(self) -> int:
        """Of the process that runs."""
        assert self._process is not None
        return self._process.pid

    @property
    def is_running(self) -> bool:
        """Whether it was started and has not ended since."""
        return self._process is not None and self._process.returncode is None

    async def start(self) -> None:
        """Start it and wait until the engine is ready."""
        self.port = self.port or free_port()
        command = [*self.program, "serve", "--port", str(self.port), *self.options]
        self._process = await asyncio.create_subprocess_exec(
            sys.executable,
            *command,
            env=os.environ | {"VIVAVOZ_DATA_DIR": str(self.data_dir)} | self.settings,
            stdout=asyncio.subprocess.DEVNULL,
            stderr=asyncio.subprocess.DEVNULL,
        )
        async with asyncio.timeout(_START_TIMEOUT_S):
            while not await asyncio.to_thread(self._is_ready):
                assert self._process.returncode is None, "the server stopped while starting"
                await asyncio.sleep(0.1)

    async def kill(self) -> None:
        """End it without warning, as a crash would."""
        await self._end(signal.SIGKILL)

    async def stop(self) -> None:
        """End it as an operator would."""
        await self._end(signal.SIGTERM)

    async def _end(self, signal_number: signal.Signals) -> None:
        if self._process is None or not self.is_running:
            return
        self._process.send_signal(signal_number)
        await self._process.wait()

    def _is_ready(self) -> bool:
        try:
            with urlopen(f"{self.url}ready", timeout=2) as answer:
                return bool(answer.status == 200)
        except OSError:
            return False
