"""A microphone to plug in, speak into and unplug: PulseAudio's, with no hardware."""

import asyncio
import os
import shutil
from pathlib import Path

from tests.e2e.waiting import eventually

_PROGRAMS = ("pulseaudio", "pactl", "paplay")
_VOICE = "voice"


class SoundServer:
    """A PulseAudio of its own with no device but the microphone that a test plugs in.

    ``environment`` is what a browser needs to use it.
    """

    def __init__(self, folder: Path) -> None:
        self._socket = folder / "native"
        self.environment = os.environ | {
            "PULSE_SERVER": f"unix:{self._socket}",
            "PULSE_RUNTIME_PATH": str(folder),
        }
        self._process: asyncio.subprocess.Process | None = None

    @staticmethod
    def missing() -> list[str]:
        """The programs that it needs and that are not installed."""
        return [program for program in _PROGRAMS if shutil.which(program) is None]

    async def start(self) -> None:
        """Start it and wait until it answers."""
        protocol = f"module-native-protocol-unix auth-anonymous=1 socket={self._socket}"
        options = ("-n", "--exit-idle-time=-1", "--use-pid-file=no", "--log-level=error")
        self._process = await self._spawn("pulseaudio", *options, "--load", protocol)
        await eventually(self._answers)

    async def stop(self) -> None:
        """End it."""
        if self._process is not None:
            self._process.terminate()
            await self._process.wait()

    async def plug_in(self) -> None:
        """Have a microphone: what is played to a silent loudspeaker, as a source of its own."""
        await self._control("load-module", "module-null-sink", f"sink_name={_VOICE}")
        await self._control(
            "load-module",
            "module-remap-source",
            "source_name=microphone",
            f"master={_VOICE}.monitor",
            "source_properties=device.description=Desk",
        )

    async def unplug(self) -> None:
        """Have no microphone any more."""
        for module in ("module-remap-source", "module-null-sink"):
            await self._control("unload-module", module)

    async def speak(self, recording: Path) -> None:
        """Play a recording to the microphone, from its beginning to its end."""
        await self._control(f"--device={_VOICE}", str(recording), program="paplay")

    async def _answers(self) -> bool:
        return await (await self._spawn("pactl", "info")).wait() == 0

    async def _control(self, *arguments: str, program: str = "pactl") -> None:
        process = await self._spawn(program, *arguments)
        assert await process.wait() == 0, (program, *arguments)

    async def _spawn(self, *command: str) -> asyncio.subprocess.Process:
        return await asyncio.create_subprocess_exec(
            *command,
            env=self.environment,
            stdout=asyncio.subprocess.DEVNULL,
            stderr=asyncio.subprocess.DEVNULL,
        )
