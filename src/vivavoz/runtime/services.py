"""What every session of a server shares."""

from concurrent.futures import Executor
from dataclasses import dataclass

from vivavoz.recognition.engine import Engine
from vivavoz.recognition.profiles import RecognizerSettings
from vivavoz.runtime.clock import Clock
from vivavoz.runtime.counters import Counters
from vivavoz.runtime.measurements import ProcessGauge
from vivavoz.runtime.ports import SessionStore
from vivavoz.runtime.scheduler import Scheduler
from vivavoz.session.limits import SessionRules
from vivavoz.settings import Settings


@dataclass(frozen=True, slots=True)
class Services:
    """Built once by the composition root; ``epoch`` names this process."""

    settings: Settings
    epoch: str
    clock: Clock
    store: SessionStore
    store_executor: Executor
    process: ProcessGauge
    counters: Counters
    rules: SessionRules
    recognizer_settings: RecognizerSettings


@dataclass(frozen=True, slots=True)
class Recognition:
    """A loaded engine at work."""

    engine: Engine
    scheduler: Scheduler
