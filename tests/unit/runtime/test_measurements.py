"""The load that sessions are told of."""

import time

from vivavoz.runtime.measurements import ProcessGauge


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
