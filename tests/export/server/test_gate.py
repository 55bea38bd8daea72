import grpc
import pytest

from axml_tf.export.server.gate import Gate
from axml_tf.export.server.request_errors import RequestError


def test_one_more_than_there_are_places_is_turned_away():
    gate = Gate(2)
    with gate.entered(), gate.entered():
        with (
            pytest.raises(
                RequestError, match="Too many requests are under w"
            ) as error,
            gate.entered(),
        ):
            raise AssertionError("it was let in")
        assert error.value.code == grpc.StatusCode.UNAVAILABLE


def test_a_request_that_fails_gives_its_place_back():
    gate = Gate(1)
    for _ in range(3):
        with pytest.raises(ValueError, match="its own"), gate.entered():
            raise ValueError("its own")
    with gate.entered():
        pass
