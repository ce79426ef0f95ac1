"""The load that sessions are told of."""

import time
from uuid import uuid4

import numpy as np

from vivavoz.audio.levels import LevelMeter
from vivavoz.audio.pcm import SAMPLE_RATE_HZ
from vivavoz.audio.quality import QualityMeter
from vivavoz.runtime.measurements import ProcessGauge, ProcessLoad, SessionGauge
from vivavoz.session.records import DurableMark


def busy_for(cpu_s: float) -> None:
    until = time.process_time() + cpu_s
    while time.process_time() < until:
        pass


def test_sessions_that_ask_at_once_read_the_same_load() -> None:
    gauge = ProcessGauge()
    busy_for(0.05)
    first = gauge.read(100.0)
    assert first.cpu_percent > 0
    assert first.memory_mb > 10
    busy_for(0.01)
    assert gauge.read(100.5) is first
    busy_for(0.01)
    assert gauge.read(101.0) is not first


def test_a_session_that_was_not_heard_yet_is_told_nothing_bad() -> None:
    metrics = SessionGauge(0.0).metrics(uuid4(), ProcessLoad(0.0, 10.0), pending=0, gpu=False)
    assert metrics.audio_quality_score == QualityMeter().score
    assert metrics.latency_ms == 0


def test_the_quality_is_that_of_the_audio_that_came_out() -> None:
    gauge = SessionGauge(0.0)
    silence = np.zeros(2 * SAMPLE_RATE_HZ, np.float32)
    gauge.audio_decoded(DurableMark(1, len(silence)), LevelMeter().push(silence), at_s=2.0)
    metrics = gauge.metrics(uuid4(), ProcessLoad(0.0, 10.0), pending=0, gpu=False)
    assert metrics.audio_quality_score == 0
