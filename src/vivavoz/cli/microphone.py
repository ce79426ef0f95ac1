"""The machine's microphones, through miniaudio."""

import os
import sys
from collections.abc import Callable, Generator, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from typing import Any

import miniaudio

from vivavoz.errors import MicrophoneNotFoundError

RATE_HZ = 16_000
MIME_TYPE = f"audio/pcm;rate={RATE_HZ};channels=1"
_BLOCK_MS = 100
_SILENT_DEVICE = "Discard all samples"
"""How ALSA calls the device that always gives silence; it is there without any microphone."""


@dataclass(frozen=True, slots=True)
class Microphone:
    """A microphone that can be opened; ``number`` is how a person chooses it, from 1."""

    number: int
    name: str
    handle: Any = field(repr=False)


class _Devices(miniaudio.Devices):  # type: ignore[misc]  # it has no types
    """Those that work are found also beside one that does not."""

    def _get_info(self, device_type: Any, device_info: Any) -> dict[str, Any]:
        try:
            info: dict[str, Any] = super()._get_info(device_type, device_info)
        except miniaudio.MiniaudioError:
            return {"formats": []}
        return info


def list_microphones() -> list[Microphone]:
    """The microphones of this machine, as the sound system orders them; one at least.

    Raises:
        MicrophoneNotFoundError: there is none.
    """
    found = []
    with suppress(miniaudio.MiniaudioError), _quiet_sound_system():
        found = _Devices().get_captures()
    usable = [device for device in found if device["formats"]]
    real = [device for device in usable if not device["name"].startswith(_SILENT_DEVICE)]
    if not real:
        raise MicrophoneNotFoundError(
            "No microphone was found. Plug one in, and check that the system lets programs use it."
        )
    return [
        Microphone(number, device["name"] or "(no name)", device["id"])
        for number, device in enumerate(real, 1)
    ]


def find_microphone(wanted: str | None) -> Microphone:
    """The microphone of that number or with that in its name; the first one if none is wanted.

    Raises:
        MicrophoneNotFoundError: there is none, or none like that.
    """
    microphones = list_microphones()
    if wanted is None:
        return microphones[0]
    for microphone in microphones:
        if wanted == str(microphone.number) or wanted.casefold() in microphone.name.casefold():
            return microphone
    raise MicrophoneNotFoundError(
        f"No microphone is called {wanted!r}. `vivavoz listen --list-devices` shows all."
    )


@contextmanager
def recording(microphone: Microphone, on_audio: Callable[[bytes], None]) -> Iterator[None]:
    """Record while the context lasts; ``on_audio`` gets 16-bit mono PCM at ``RATE_HZ``, about ten
    times a second, on a thread of the sound system.

    Raises:
        MicrophoneNotFoundError: the microphone cannot be opened.
    """
    receiver = _receive(on_audio)
    next(receiver)
    try:
        with _quiet_sound_system():
            device = miniaudio.CaptureDevice(
                input_format=miniaudio.SampleFormat.SIGNED16,
                nchannels=1,
                sample_rate=RATE_HZ,
                buffersize_msec=_BLOCK_MS,
                device_id=microphone.handle,
                app_name="Vivavoz",
            )
            device.start(receiver)
    except miniaudio.MiniaudioError as error:
        raise MicrophoneNotFoundError(
            f"The microphone {microphone.name!r} cannot be opened; another program may hold it, "
            "or the system does not let this one use it."
        ) from error
    try:
        yield
    finally:
        device.close()


def _receive(on_audio: Callable[[bytes], None]) -> Generator[None, bytearray, None]:
    while True:
        on_audio(bytes((yield)))


@contextmanager
def _quiet_sound_system() -> Iterator[None]:
    """ALSA writes its own complaints straight to the terminal; nobody can act on them."""
    sys.stderr.flush()
    stderr = os.dup(2)
    nowhere = os.open(os.devnull, os.O_WRONLY)
    os.dup2(nowhere, 2)
    try:
        yield
    finally:
        os.dup2(stderr, 2)
        os.close(stderr)
        os.close(nowhere)
