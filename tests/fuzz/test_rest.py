"""Mutated requests to every path of the OpenAPI description."""

from typing import Any

import pytest
import schemathesis
from hypothesis import HealthCheck, given, settings
from hypothesis.strategies import one_of
from schemathesis.core.result import Ok
from schemathesis.generation import GenerationMode

from tests.live.server import LiveServer

_SHARE = 12
"""Of a profile's examples, each operation gets one in so many."""


@pytest.mark.timeout(1800)
def test_no_request_is_answered_by_a_failure(fuzzed: LiveServer) -> None:
    api = schemathesis.openapi.from_url(f"{fuzzed.url}/openapi.json")
    examples = settings.default.max_examples // _SHARE if settings.default else 1
    tried = []
    for found in api.get_all_operations():
        assert isinstance(found, Ok)
        operation = found.ok()

        @settings(max_examples=examples, suppress_health_check=list(HealthCheck))
        @given(
            case=one_of([operation.as_strategy(generation_mode=mode) for mode in GenerationMode])
        )
        def attempt(case: schemathesis.Case[Any]) -> None:
            response = case.call()
            assert response.status_code != 500, case.as_curl_command()
            if response.status_code >= 400:
                assert response.json()["error"]["code"], case.as_curl_command()

        attempt()
        tried.append(operation.label)
    assert "POST /api/streaming/sessions" in tried
    assert "POST /v1/audio/transcriptions" in tried
