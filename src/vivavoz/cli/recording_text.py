"""One recording into a transcript that can be exported."""

import os
from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from pathlib import Path
from uuid import UUID, uuid4

from vivavoz.audio.pcm import Pcm
from vivavoz.errors import RecognitionFailedError
from vivavoz.history.export import ExportFormat, export
from vivavoz.history.transcripts import Segment, Transcript
from vivavoz.recognition.engine import Engine, RecognitionOptions
from vivavoz.recognition.outputs import Final, Lost
from vivavoz.recognition.profiles import RecognizerSettings
from vivavoz.runtime.batch import transcribe
from vivavoz.runtime.engine_facts import chosen_language
from vivavoz.runtime.results import result_of
from vivavoz.settings import Settings


class RecordingText:
    """The text of one recording, as far as it is known.

    Args:
        source: the recording's name, for the transcript's title.
        engine: who decodes.
        settings: language and recognition settings.
    """

    def __init__(self, source: str, engine: Engine, settings: Settings) -> None:
        self._source = source
        self._engine = engine
        self._settings = settings
        self._id = uuid4()
        self._started_at = datetime.now(UTC)
        self._segments: list[Segment] = []
        self._lost: list[Lost] = []
        self._duration_s = 0.0

    @property
    def is_empty(self) -> bool:
        """Whether no speech was found so far."""
        return not self._segments

    def segments(
        self, blocks: Iterator[Pcm], on_progress: Callable[[float], None]
    ) -> Iterator[Segment]:
        """Transcribe: each segment as soon as it is final.

        Raises:
            LanguageNotSupportedError: the engine does not know the language that was asked for.
            RecognitionFailedError: at the end, if some speech could not be decoded.
        """
        capabilities = self._engine.capabilities
        language = chosen_language(None, self._settings.language, capabilities)

        def progressed(audio_s: float) -> None:
            self._duration_s = audio_s
            on_progress(audio_s)

        for output in transcribe(
            blocks,
            self._engine,
            RecognitionOptions(language=language),
            RecognizerSettings.from_settings(self._settings),
            workers=self._settings.worker_threads or os.cpu_count() or 1,
            on_progress=progressed,
        ):
            if isinstance(output, Final):
                self._segments.append(_segment_of(output, self._id))
                yield self._segments[-1]
            else:
                self._lost.append(output)
        self._declare_lost()

    def written_as(self, export_format: ExportFormat) -> bytes:
        """The whole text as a file of that format; ``txt`` has one line for each segment."""
        if export_format is ExportFormat.TXT:
            return "".join(f"{segment.text}\n" for segment in self._segments).encode()
        return export(self._transcript(), export_format).content

    def _transcript(self) -> Transcript:
        text = " ".join(segment.text for segment in self._segments)
        capabilities = self._engine.capabilities
        return Transcript(
            id=self._id,
            title=Path(self._source).stem,
            language=self._segments[0].language if self._segments else None,
            engine=capabilities.name,
            model=capabilities.model,
            started_at=self._started_at,
            finished_at=datetime.now(UTC),
            duration_s=self._duration_s,
            word_count=len(text.split()),
            file_name=Path(self._source).name,
            text=text,
            metadata={},
            segments=tuple(self._segments),
        )

    def _declare_lost(self) -> None:
        if not self._lost:
            return
        stretches = ", ".join(f"{lost.start_s:.1f}-{lost.end_s:.1f} s" for lost in self._lost)
        raise RecognitionFailedError(
            f"Some speech could not be decoded, at {stretches}: {self._lost[0].reason}",
            stretches=stretches,
        )


def _segment_of(final: Final, transcript_id: UUID) -> Segment:
    result = result_of(
        final, session_id=transcript_id, sequence_number=0, offset_s=0.0, processing_time_ms=0.0
    )
    return Segment.of(result)
