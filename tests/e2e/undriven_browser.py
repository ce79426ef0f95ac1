"""A browser that no test driver holds awake: its tabs in the background are hidden and throttled.

Playwright tells every page that it has the focus, for as long as it is attached to it. So this one
is asked over the bare DevTools protocol, which is attached only while it asks.
"""

import asyncio
import json
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import httpx
from websockets.asyncio.client import connect

from tests.e2e.waiting import eventually

_LOOPBACK = "127.0.0.1"


class UndrivenBrowser:
    """Chromium with a profile of its own.

    Args:
        program: where it is.
        profile: an empty folder.
        microphone: a WAV file that every page hears once.
    """

    def __init__(self, program: Path, profile: Path, *, microphone: Path) -> None:
        self._port_file = profile / "DevToolsActivePort"
        self._command = (
            str(program),
            "--headless",
            "--no-sandbox",
            "--no-first-run",
            "--remote-debugging-port=0",
            f"--user-data-dir={profile}",
            "--use-fake-ui-for-media-stream",
            "--use-fake-device-for-media-stream",
            f"--use-file-for-fake-audio-capture={microphone}%noloop",
            "about:blank",
        )
        self._process: asyncio.subprocess.Process | None = None
        self._http = httpx.AsyncClient(trust_env=False, timeout=30.0)

    async def start(self) -> None:
        """Start it and wait until it can be asked."""
        quiet = asyncio.subprocess.DEVNULL
        self._process = await asyncio.create_subprocess_exec(
            *self._command, stdout=quiet, stderr=quiet
        )
        await eventually(lambda: self._port_file.exists() and self._port_file.read_text() != "")
        self._http.base_url = httpx.URL(f"http://{_LOOPBACK}:{self._port}")

    async def stop(self) -> None:
        """End it."""
        await self._http.aclose()
        if self._process is not None:
            self._process.terminate()
            await self._process.wait()

    async def open(self, address: str) -> "Tab":
        """A new tab in front of the others."""
        target = (await self._http.put(f"/json/new?{address}")).json()
        await self._http.get(f"/json/activate/{target['id']}")
        return Tab(target["id"], target["webSocketDebuggerUrl"])

    async def show(self, tab: "Tab") -> None:
        """Bring a tab to the front."""
        await self._http.get(f"/json/activate/{tab.id}")

    @property
    def _port(self) -> int:
        return int(self._port_file.read_text().splitlines()[0])


@dataclass(frozen=True, slots=True)
class Tab:
    """One page of it."""

    id: str
    address: str

    async def evaluate(self, expression: str) -> Any:
        """What a script says, run as if a person had just clicked; None while the page loads."""
        parameters = {"expression": expression, "returnByValue": True, "userGesture": True}
        async with connect(self.address, proxy=None) as devtools:
            request = {"id": 1, "method": "Runtime.evaluate", "params": parameters}
            await devtools.send(json.dumps(request))
            answer = json.loads(await devtools.recv())
        if "error" in answer:
            return None
        assert "exceptionDetails" not in answer["result"], answer
        return answer["result"]["result"].get("value")

    async def until(self, condition: str, timeout_s: float = 20.0) -> None:
        """Wait until a script says yes."""
        async with asyncio.timeout(timeout_s):
            while not await self.evaluate(condition):  # noqa: ASYNC110 - it cannot tell by itself
                await asyncio.sleep(0.2)
