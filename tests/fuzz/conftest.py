"""How much is tried.

    pytest tests/fuzz
    pytest tests/fuzz --hypothesis-profile=thorough

The first takes some seconds a target and tries the same each time. The second
tries 10,000 other inputs a target, in about an hour; what it finds it prints.
It becomes a regression test beside its target. `coverage_guided.py` looks for
more.
"""

import pytest
from hypothesis import HealthCheck, settings
from promises import memory_limit

_COMMON = {
    # A machine that does other things too would make it fail; `time_limit`
    # counts seconds of the processor.
    "deadline": None,
    # Examples share a folder, which each fills anew.
    "suppress_health_check": [
        HealthCheck.function_scoped_fixture,
        HealthCheck.too_slow,
        HealthCheck.data_too_large,
    ],
    "database": None,
}
settings.register_profile(
    "quick", max_examples=200, derandomize=True, **_COMMON
)
settings.register_profile("thorough", max_examples=10_000, **_COMMON)
settings.load_profile("quick")


@pytest.fixture(autouse=True)
def bounded_memory():
    """No test here takes much memory, with all its examples."""
    with memory_limit():
        yield
