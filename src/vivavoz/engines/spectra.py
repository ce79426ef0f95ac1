"""Log-mel spectra of the audio that is being decoded, each frame computed once."""

from threading import Lock
from weakref import WeakKeyDictionary

from vivavoz.recognition.engine import AudioSource, Pcm
from vivavoz.recognition.features import Features, IncrementalLogMel


class _Spectrum:
    """The spectrum of one growing stretch of audio, for one thread at a time."""

    def __init__(self, filters: Features) -> None:
        self._log_mel = IncrementalLogMel(filters)
        self._lock = Lock()

    def features(self, audio: Pcm) -> Features:
        with self._lock:
            return self._log_mel.features(audio)


class Spectra:
    """A model's spectra by audio source, kept as long as the source lives. Thread-safe.

    Args:
        filters: the model's mel filter bank, shape ``(mels, 201)``.
    """

    def __init__(self, filters: Features) -> None:
        self._filters = filters
        self._spectra: WeakKeyDictionary[AudioSource, _Spectrum] = WeakKeyDictionary()
        self._lock = Lock()

    def features(self, audio: Pcm, source: AudioSource | None) -> Features:
        """The spectrum of ``audio``, shape ``(mels, len(audio) // 160)``."""
        if source is None:
            return _Spectrum(self._filters).features(audio)
        with self._lock:
            spectrum = self._spectra.get(source)
            if spectrum is None:
                spectrum = self._spectra[source] = _Spectrum(self._filters)
        return spectrum.features(audio)
