import dataclasses

import pytest

from axml_tf.console.errors import UserError
from axml_tf.export.server.limits import Limits


@pytest.mark.parametrize("name", [x.name for x in dataclasses.fields(Limits)])
@pytest.mark.parametrize("value", [0, -1, float("nan")])
def test_limit_that_lets_nothing_in_is_refused(name, value):
    with pytest.raises(UserError, match=f"^--{name} must be at least 0?"):
        Limits(**{name: value})


def test_the_least_limits_are_taken():
    limits = Limits(max_requests=1, read_timeout_seconds=0.001)
    assert (limits.max_requests, limits.read_timeout_seconds) == (1, 0.001)
