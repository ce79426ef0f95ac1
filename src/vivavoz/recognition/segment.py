"""One stretch of speech on its way to its final: an utterance, or the part of one up to a joint."""

from dataclasses import dataclass, field

from vivavoz.recognition.agreement import LocalAgreement
from vivavoz.recognition.arrival import timed_by_arrival
from vivavoz.recognition.engine import (
    SAMPLE_RATE_HZ,
    DecodeRequest,
    DecodeResult,
    Pcm,
    RecognitionOptions,
)
from vivavoz.recognition.jobs import DecodeJob
from vivavoz.recognition.joint import beginning_as, ending_as
from vivavoz.recognition.outputs import Final, Lost
from vivavoz.recognition.profiles import WindowPlan
from vivavoz.recognition.transcript import Hypothesis, Word
from vivavoz.recognition.window import Window

_SURE_LANGUAGE_PROBABILITY = 0.8
_SURE_LANGUAGE_S = 2.0


@dataclass(slots=True, eq=False)
class Segment:
    """What is known of the speech from ``start_sample`` on.

    ``end_sample`` is none while it grows. ``asked_sample`` and ``heard_sample`` are the ends of
    the newest audio asked for and shown in a partial; ``resumed_sample`` is where speech last went
    on after a silence. ``final_end_sample`` is what ``final_job``
    covers. ``head`` and ``tail`` are the words agreed on beside a joint at its start and at its
    end. ``window`` is what its partials decode. Once it is decided, ``outcome`` is its final, its
    loss, or none if nothing was said.
    """

    start_sample: int
    end_sample: int | None = None
    asked_sample: int = 0
    heard_sample: int = 0
    resumed_sample: int = 0
    is_silent: bool = False
    language: tuple[str, float] | None = None
    agreement: LocalAgreement = field(default_factory=LocalAgreement)
    final_job: DecodeJob | None = None
    final_end_sample: int = 0
    final_result: DecodeResult | None = None
    final_failures: int = 0
    head: tuple[Word, ...] = ()
    tail: tuple[Word, ...] = ()
    is_decided: bool = False
    outcome: Final | Lost | None = None
    whole: Window = field(init=False)
    window: Window = field(init=False)

    def __post_init__(self) -> None:
        self.whole = self.window = Window(self.start_sample)

    @property
    def sure_language(self) -> tuple[str, float] | None:
        """The language, once enough was heard to decode partials in it without detecting again."""
        heard_s = (self.heard_sample - self.start_sample) / SAMPLE_RATE_HZ
        is_sure = self.language is not None and self.language[1] >= _SURE_LANGUAGE_PROBABILITY
        return self.language if is_sure and heard_s >= _SURE_LANGUAGE_S else None

    @property
    def start_s(self) -> float:
        """Where it starts, in audio seconds."""
        return self.start_sample / SAMPLE_RATE_HZ

    def request(
        self,
        plan: WindowPlan,
        audio: Pcm,
        options: RecognitionOptions,
        *,
        full_context: bool,
        is_final: bool = False,
        word_times: bool = True,
    ) -> DecodeRequest:
        """A decode of ``audio``: for a final all of the segment's, else the window's."""
        window = self.whole if is_final else self.window
        prefix = () if is_final else self.agreement.stable_words[len(window.lead) :]
        return DecodeRequest(
            purpose="final" if is_final else "partial",
            audio=audio,
            options=options,
            prefix=tuple(word.shifted(-window.start_s) for word in prefix),
            beam_size=plan.beam_size,
            full_context=plan.full_context or full_context,
            word_times=word_times,
            margin_s=plan.margin_s,
            floor_s=plan.floor_s,
            source=window.source,
        )

    def hear(
        self,
        hypothesis: Hypothesis,
        end_sample: int,
        *,
        window: Window | None = None,
        is_timed: bool = True,
    ) -> None:
        """Take a newer hypothesis of the segment's audio up to ``end_sample``.

        Args:
            hypothesis: what was heard.
            end_sample: how far.
            window: what was decoded; all of it by default.
            is_timed: the words' times are known; else they are taken from when words were heard.
        """
        self.heard_sample = end_sample
        self.language = (hypothesis.language, hypothesis.language_probability)
        words = self._placed(hypothesis, window or self.whole)
        if not is_timed:
            end_s = end_sample / SAMPLE_RATE_HZ
            words = timed_by_arrival(words, self.agreement.words, self.start_s, end_s)
        self.agreement.update(words)
        if len(self.agreement.stable_words) < len(self.window.lead):
            self.window = self.whole

    def _placed(self, hypothesis: Hypothesis, window: Window) -> tuple[Word, ...]:
        """All words of the segment at their place in the session."""
        words = tuple(word.shifted(window.start_s) for word in hypothesis.words)
        return ending_as(self.tail, beginning_as(self.head, (*window.lead, *words)))

    def decide(self, hypothesis: Hypothesis) -> None:
        """The final is known: it has words, or nothing was said."""
        self.is_decided = True
        words = self._placed(hypothesis, self.whole)
        if words:
            self.outcome = Final(
                words=words,
                start_s=words[0].start_s,
                end_s=max(words[-1].end_s, words[0].start_s),
                language=hypothesis.language,
                language_probability=hypothesis.language_probability,
                end_sample=self.final_end_sample,
            )

    def lose(self, reason: str) -> None:
        """The final cannot be had."""
        self.is_decided = True
        end_sample = self.final_end_sample if self.end_sample is None else self.end_sample
        self.outcome = Lost(self.start_s, end_sample / SAMPLE_RATE_HZ, reason)

    def drop_final(self) -> None:
        """The final that was begun does not hold: speech went on, or was parted."""
        if self.final_job is not None:
            self.final_job.cancelled = True
        self.final_job = None
        self.final_result = None

    def part(self, count: int, joint_sample: int) -> "Segment":
        """Keep the first ``count`` words up to the joint; the segment after it has the rest."""
        later = self.agreement.split(count)
        self.tail = self.agreement.stable_words
        rest = Segment(
            joint_sample,
            asked_sample=self.asked_sample,
            heard_sample=self.heard_sample,
            language=self.language,
            agreement=later,
            head=later.stable_words,
        )
        if count < len(self.window.lead):
            rest.window = self.window.after(count)
        return rest
