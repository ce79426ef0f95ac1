"""What one session costs apart from recognition: processor time, memory, and how soon chunks are
acknowledged, on the real server in a process of its own.

    python benchmarks/server.py [--sessions 1 10 50 100] [--seconds 20] [--json FILE]

Each session speaks WebM/Opus at the pace of a microphone, from a recording of human speech that is
played over and over, in chunks of 300 ms as Chromium's MediaRecorder makes them. A fresh server is
started for each number of sessions; one short session goes before, so that what is loaded once does
not count. Processor time is the server process's, minus what it needs with nobody there; memory is
the most private memory during the measurement, minus the least before the sessions came.
"""

import argparse
import asyncio
import json
import os
import platform
import re
import subprocess
import sys
import tempfile
import wave
from collections.abc import Iterator, Sequence
from contextlib import AsyncExitStack, contextmanager
from dataclasses import asdict, dataclass, fields
from io import BytesIO
from pathlib import Path

import av
import numpy as np
import psutil

from vivavoz import __version__
from vivavoz.client.stream import VivavozClient
from vivavoz.session.events import Ack

ROOT = Path(__file__).resolve().parent.parent
MIME_TYPE = "audio/webm;codecs=opus"
CHUNK_S = 0.3
BIT_RATE = 32_000
OPUS_RATE_HZ = 48_000
CLUSTER = re.compile(rb"(?=\x1f\x43\xb6\x75)")
START_SPREAD_S = 3.0
SETTLE_S = 5.0
IDLE_S = 5.0
ROOM = {
    "VIVAVOZ_MAX_SESSIONS": "1000",
    "VIVAVOZ_MAX_SESSIONS_PER_ADDRESS": "1000",
    "VIVAVOZ_MAX_QUEUE_WAIT_S": "1000",
}


@dataclass(frozen=True)
class Cost:
    """What was measured with one number of sessions; percentages are of one core."""

    sessions: int
    cpu_percent: float
    cpu_percent_per_session: float
    memory_mb: float
    memory_mb_per_session: float
    ack_p50_ms: float
    ack_p95_ms: float
    ack_p99_ms: float


# --- the audio ------------------------------------------------------------------------------------


def human_speech() -> np.ndarray[tuple[int], np.dtype[np.int16]]:
    """The tests' recordings of human speech, one after the other, 16 kHz."""
    script = [sys.executable, str(ROOT / "scripts" / "fetch_human_speech.py")]
    folder = subprocess.run(script, check=True, capture_output=True, text=True).stdout.strip()
    pieces = []
    for file in sorted(Path(folder).glob("*.wav")):
        with wave.open(str(file), "rb") as recording:
            pieces.append(np.frombuffer(recording.readframes(recording.getnframes()), np.int16))
    return np.concatenate(pieces)


def webm_chunks(seconds: float) -> list[bytes]:
    """A recording of that length, one WebM cluster of 300 ms a chunk."""
    speech = np.resize(human_speech(), int(seconds * 16_000))
    file = BytesIO()
    options = {"live": "1", "cluster_time_limit": str(int(CHUNK_S * 1000))}
    with av.open(file, "w", format="webm", options=options) as container:
        stream = container.add_stream("libopus", rate=OPUS_RATE_HZ, layout="mono")
        stream.bit_rate = BIT_RATE
        frame = av.AudioFrame.from_ndarray(speech[np.newaxis], format="s16", layout="mono")
        frame.sample_rate = 16_000
        for packet in [*stream.encode(frame), *stream.encode(None)]:
            container.mux(packet)
    header, first, *rest = CLUSTER.split(file.getvalue())
    return [header + first, *rest]


# --- the clients ----------------------------------------------------------------------------------


class Speaker:
    """One paced session: sends chunks on time and notes when each was acknowledged."""

    def __init__(self, url: str, chunks: Sequence[bytes]) -> None:
        self._chunks = chunks
        self._client = VivavozClient(url, mime_type=MIME_TYPE, language="en")
        self._sent_at: list[float] = []
        self._acknowledged = 0
        self.ack_ms: list[float] = []

    async def speak(self, begin_at: float, until: float) -> None:
        """Speak from one moment of the loop's clock to another, then stop."""
        clock = asyncio.get_running_loop().time
        async with AsyncExitStack() as stack:
            await asyncio.sleep(begin_at - clock())
            client = await stack.enter_async_context(self._client)
            listening = asyncio.create_task(self._listen(client))
            next_at = clock()
            for chunk in self._chunks:
                next_at += CHUNK_S
                await asyncio.sleep(next_at - clock())
                if next_at > until:
                    break
                self._sent_at.append(clock())
                await client.send(chunk)
            completed = await client.stop()
            await listening
        if completed.audio_chunks_received != len(self._sent_at):
            raise RuntimeError(f"{len(self._sent_at)} chunks were sent, not all arrived")

    async def _listen(self, client: VivavozClient) -> None:
        clock = asyncio.get_running_loop().time
        async for event in client.events():
            if isinstance(event, Ack):
                newly = self._sent_at[self._acknowledged : event.received_sequence_number]
                self.ack_ms += [(clock() - sent_at) * 1000 for sent_at in newly]
                self._acknowledged = max(self._acknowledged, event.received_sequence_number)


# --- the server -----------------------------------------------------------------------------------


@contextmanager
def running_server() -> Iterator[tuple[psutil.Process, str]]:
    """A fresh server with the idle engine: its process and its address."""
    with tempfile.TemporaryDirectory() as data_dir:
        process = subprocess.Popen(
            [sys.executable, str(ROOT / "benchmarks" / "idle_server.py")],
            env=os.environ
            | ROOM
            | {"VIVAVOZ_DATA_DIR": data_dir, "VIVAVOZ_PORT": "0", "VIVAVOZ_LOG_LEVEL": "error"},
            stdout=subprocess.PIPE,
            text=True,
        )
        try:
            assert process.stdout is not None
            yield psutil.Process(process.pid), f"http://127.0.0.1:{int(process.stdout.readline())}"
        finally:
            process.terminate()
            process.wait(timeout=30)


def cpu_s(server: psutil.Process) -> float:
    """Processor time that the server has used so far."""
    times = server.cpu_times()
    return float(times.user + times.system)


def memory_mb(server: psutil.Process) -> float:
    """The server's private memory."""
    return float(server.memory_full_info().uss) / 1e6


async def watch(server: psutil.Process, seconds: float) -> tuple[float, list[float]]:
    """Processor time per second of wall time, in percent of a core, and memory once a second."""
    clock = asyncio.get_running_loop().time
    used, since = cpu_s(server), clock()
    memory = [memory_mb(server)]
    while clock() - since < seconds:
        await asyncio.sleep(1.0)
        memory.append(memory_mb(server))
    return (cpu_s(server) - used) / (clock() - since) * 100, memory


async def measure(sessions: int, seconds: float, chunks: Sequence[bytes]) -> Cost:
    """The cost of that many sessions at once."""
    clock = asyncio.get_running_loop().time
    with running_server() as (server, url):
        await Speaker(url, chunks).speak(clock(), clock() + SETTLE_S)
        idle_percent, idle_mb = await watch(server, IDLE_S)
        begin = clock() + 0.5
        until = begin + START_SPREAD_S + SETTLE_S + seconds + 1
        speakers = [Speaker(url, chunks) for _ in range(sessions)]
        speaking = asyncio.gather(
            *(
                speaker.speak(begin + number * START_SPREAD_S / sessions, until)
                for number, speaker in enumerate(speakers)
            )
        )
        await asyncio.sleep(begin + START_SPREAD_S + SETTLE_S - clock())
        busy_percent, busy_mb = await watch(server, seconds)
        await speaking
    cpu = busy_percent - idle_percent
    memory = max(busy_mb) - min(idle_mb)
    p50, p95, p99 = np.percentile([ms for s in speakers for ms in s.ack_ms], (50, 95, 99))
    return Cost(sessions, cpu, cpu / sessions, memory, memory / sessions, p50, p95, p99)


# --- the report -----------------------------------------------------------------------------------


def machine() -> str:
    """The machine and the Python that the figures belong to."""
    model = platform.processor() or platform.machine()
    if (cpuinfo := Path("/proc/cpuinfo")).exists() and (
        found := re.search(r"model name\s*: (.+)", cpuinfo.read_text())
    ):
        model = found[1]
    memory_gb = psutil.virtual_memory().total / 1e9
    return (
        f"{model}, {os.cpu_count()} cores, {memory_gb:.0f} GB, {platform.system()},"
        f" Python {platform.python_version()}, Vivavoz {__version__}"
    )


def main() -> None:
    """Measure each number of sessions and print a Markdown table."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").split("\n\n", maxsplit=1)[0])
    parser.add_argument("--sessions", type=int, nargs="+", default=[1, 10, 50, 100])
    parser.add_argument("--seconds", type=float, default=20.0, help="length of each measurement")
    parser.add_argument("--json", type=Path, help="also write the figures to this file")
    arguments = parser.parse_args()
    chunks = webm_chunks(START_SPREAD_S + SETTLE_S + arguments.seconds + 5)
    print(machine(), end="\n\n")
    print("| " + " | ".join(field.name.replace("_", " ") for field in fields(Cost)) + " |")
    print("|" + "---:|" * len(fields(Cost)))
    costs = []
    for sessions in arguments.sessions:
        costs.append(asyncio.run(measure(sessions, arguments.seconds, chunks)))
        figures = [f"{value:.4g}" for value in asdict(costs[-1]).values()]
        print("| " + " | ".join(figures) + " |", flush=True)
    if arguments.json:
        report = {"machine": machine(), "costs": [asdict(cost) for cost in costs]}
        arguments.json.write_text(json.dumps(report, indent=2) + "\n")


if __name__ == "__main__":
    main()
