"""How many dictations at once a server holds: paced sessions in real time, ours or another server.

    python benchmarks/load.py vivavoz --model DIR --samples DIR --sessions 1 2 4 8
    python benchmarks/load.py vivavoz --model DIR --samples DIR --until 1.5
    python benchmarks/load.py whisperlive --python ENV/bin/python --model DIR --samples DIR

With ``--cost-model`` (see ``true_cost.py``) every model call costs what a larger model's would. A
fresh server is started for each number of sessions and for each repetition; one recording warms it
up and does not count. Processor time and memory are those of the server's processes. Each result is
one line of JSON, which ``latency_plot.py`` draws.
"""

import argparse
import asyncio
import os
import signal
import socket
import sys
import time
from collections.abc import Iterator, Sequence
from itertools import count
from pathlib import Path

from websockets.exceptions import WebSocketException

from peers.driver import TAIL_S, Driver, Reader, RefusedError, ServerUnderTest
from peers.figures import Figures, Usage, figures_of, next_to_try
from peers.server_process import ServerProcess, running, wait_until_open
from peers.vivavoz_server import Vivavoz
from peers.whisper_streaming import WhisperStreaming
from peers.whisperlive import WhisperLive
from peers.whisperlivekit import WhisperLiveKit
from vivavoz.benchmark.recording import Recording, load_recordings

DRIVERS: dict[str, Driver] = {
    "vivavoz": Vivavoz(),
    "vivavoz-live": Vivavoz(("--profile", "live")),
    "vivavoz-frugal": Vivavoz(("--profile", "frugal")),
    "whisperlive": WhisperLive(),
    "whisperlivekit": WhisperLiveKit("localagreement"),
    "whisperlivekit-alignatt": WhisperLiveKit("simulstreaming"),
    "whisper_streaming": WhisperStreaming(),
}
START_TIMEOUT_S = 120.0
PATIENCE_S = 90.0
"""How long after a recording's end its dictation may take."""
RECORDINGS_PER_SESSION = 3
STAGGER_S = 0.37


class Load:
    """So many sessions at one running server."""

    def __init__(self, driver: Driver, server: ServerUnderTest, process: ServerProcess) -> None:
        self._driver = driver
        self._server = server
        self._process = process
        self.played: list[tuple[Recording, Reader]] = []
        self.failures: list[str] = []

    async def warm_up(self, recording: Recording) -> None:
        """Wait for the server, then dictate until a first text comes back.

        Raises:
            ServerFailedError, TimeoutError: the server ended, or none came in time.
        """
        await wait_until_open(self._process, self._server.port, START_TIMEOUT_S)
        give_up_at_s = time.monotonic() + START_TIMEOUT_S
        while not await self._has_text(recording):
            self._process.check()
            if time.monotonic() > give_up_at_s:
                raise TimeoutError("the server gives no text")
            await asyncio.sleep(0.5)

    async def _has_text(self, recording: Recording) -> bool:
        try:
            return bool((await self._dictate(recording)).views)
        except (RefusedError, OSError, WebSocketException):
            return False

    async def run(self, recordings: Sequence[Recording], sessions: int) -> Usage:
        """Let every session play its recordings, one after the other; what that cost."""
        watching = asyncio.create_task(self._process.watch_memory())
        cpu_before_s = self._process.cpu_s()
        shares = _shares(recordings, sessions)
        await asyncio.gather(*(self._session(number, share) for number, share in enumerate(shares)))
        watching.cancel()
        return Usage(self._process.cpu_s() - cpu_before_s, self._process.peak_memory_mb)

    async def _session(self, number: int, share: Sequence[Recording]) -> None:
        await asyncio.sleep(number * STAGGER_S)
        for recording in share:
            try:
                self.played.append((recording, await self._dictate(recording)))
            except (RefusedError, OSError, WebSocketException) as error:
                self.failures.append(str(error) or type(error).__name__)
                self._process.check()

    async def _dictate(self, recording: Recording) -> Reader:
        async with asyncio.timeout(recording.duration_s + TAIL_S + PATIENCE_S):
            return await self._driver.dictate(self._server, recording)


def _shares(recordings: Sequence[Recording], sessions: int) -> list[list[Recording]]:
    """What each session plays: all recordings in turn, so that each is heard about as often."""
    each = max(RECORDINGS_PER_SESSION, -(-len(recordings) // sessions))
    return [
        [recordings[(number * each + i) % len(recordings)] for i in range(each)]
        for number in range(sessions)
    ]


def measure(
    given: argparse.Namespace, recordings: Sequence[Recording], name: str, sessions: int
) -> Figures:
    """Start a server, load it and stop it."""
    with socket.create_server(("127.0.0.1", 0)) as free:
        port = free.getsockname()[1]
    server = ServerUnderTest(
        python=given.python,
        model=given.model.resolve(),
        language=given.language,
        port=port,
        source=given.source,
        decoder=given.decoder,
    )
    command = DRIVERS[name].command(server)

    async def load(process: ServerProcess) -> Figures:
        dictations = Load(DRIVERS[name], server, process)
        await dictations.warm_up(recordings[0])
        usage = await dictations.run(recordings, sessions)
        others = os.getloadavg()[0]
        return figures_of(name, sessions, dictations.played, dictations.failures, usage, others)

    with running(command, threads=given.threads, cost_model=given.cost_model) as process:
        return asyncio.run(load(process))


def results(given: argparse.Namespace, recordings: Sequence[Recording]) -> Iterator[Figures]:
    """Measure what the command line asks for."""
    if given.until is None:
        for _ in range(given.repeat):
            for sessions in given.sessions:
                yield measure(given, recordings, given.server, sessions)
        return
    tried: dict[int, bool] = {}
    for _ in count():
        sessions = next_to_try(tried)
        if sessions is None:
            return
        figures = measure(given, recordings, given.server, sessions)
        tried[sessions] = figures.holds(given.until)
        yield figures


def main() -> None:
    """The command line."""
    parser = argparse.ArgumentParser(description="How many dictations at once a server holds.")
    parser.add_argument("server", choices=DRIVERS)
    parser.add_argument("--python", type=Path, default=Path(sys.executable))
    parser.add_argument("--source", type=Path, help="checkout of a server that is no package")
    parser.add_argument("--decoder", type=Path, help="folder of pytorch_weights.py, for AlignAtt")
    parser.add_argument("--model", type=Path, required=True, help="CTranslate2 directory")
    parser.add_argument("--samples", type=Path, required=True, help="folder of WAVs with JSONs")
    parser.add_argument("--language", default="es", help="only recordings of this language")
    parser.add_argument("--only", default="*-?", help="glob of recordings, by name")
    parser.add_argument("--cost-model", type=Path, help="see true_cost.py")
    parser.add_argument("--threads", type=int, default=1, help="OpenMP threads of each decode")
    parser.add_argument("--sessions", type=int, nargs="+", default=[1])
    parser.add_argument("--repeat", type=int, default=1)
    parser.add_argument("--until", type=float, help="most sessions with p95 under so many seconds")
    parser.add_argument("--output", type=Path, help="append the results to this file as well")
    given = parser.parse_args()
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(1))  # or the server would outlive this
    recordings = [
        recording
        for recording in load_recordings(given.samples, given.only)
        if recording.language == given.language
    ]
    for figures in results(given, recordings):
        print(figures.summary(), flush=True)
        if given.output is not None:
            with given.output.open("a", encoding="utf-8") as file:
                file.write(f"{figures.as_json()}\n")


if __name__ == "__main__":
    main()
