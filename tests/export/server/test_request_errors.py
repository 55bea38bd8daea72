import grpc
import pytest

from axml_tf.export.server.request_errors import (
    RequestError,
    invalid,
    not_found,
)


@pytest.mark.parametrize(
    ("code", "status"),
    [
        ("INVALID_ARGUMENT", 400),
        ("FAILED_PRECONDITION", 400),
        ("OUT_OF_RANGE", 400),
        ("NOT_FOUND", 404),
        ("RESOURCE_EXHAUSTED", 429),
        ("UNIMPLEMENTED", 501),
        ("UNAVAILABLE", 503),
        ("DEADLINE_EXCEEDED", 504),
        ("INTERNAL", 500),
        ("DATA_LOSS", 500),
    ],
)
def test_http_status_is_that_of_tensorflow_serving(code, status):
    error = RequestError(grpc.StatusCode[code], "why")
    assert error.http_status == status
    assert str(error) == error.message == "why"


def test_a_caller_s_mistake_and_a_name_that_is_not_there_have_their_codes():
    assert invalid("why").code == grpc.StatusCode.INVALID_ARGUMENT
    assert not_found("why").code == grpc.StatusCode.NOT_FOUND
