"""What is the same for both APIs: without a model, and over the wire."""

import asyncio
import time

import grpc
import numpy as np
import pytest
from asking import TEXTS, post, predict_request
from served_signatures import IdleServable, idle_core
from tensorflow_serving.apis import model_pb2
from wire import SLACK_SECONDS, stub_of

from axml_tf.export.server.core import Core
from axml_tf.export.server.limits import Limits
from axml_tf.export.server.metrics import Metrics
from axml_tf.export.server.request_errors import RequestError


class OneModel:
    """Has one servable, whatever is asked for."""

    def servable(self, spec):
        return IdleServable()


class SlowRunner:
    """Takes its time, or fails."""

    def __init__(self, error=None):
        self._error = error

    async def run(self, servable, signature, inputs):
        if self._error:
            raise self._error
        await asyncio.sleep(60)


def predict(core, texts, *, name="axml", signature=""):
    spec = model_pb2.ModelSpec(name=name, signature_name=signature)
    inputs = {"text": np.array(texts, object)}
    return core.predict(spec, lambda infos: inputs, "GRPC")


def counted(core):
    """`{(model, outcome): requests}` of a core's metrics."""
    found = {}
    for line in core.metrics.page().decode().splitlines():
        if line.startswith(":tensorflow:serving:request_count_total{"):
            fields = line.replace("}", ",").split('"')
            found[fields[3], fields[5]] = int(float(line.split()[-1]))
    return found


def test_answer_says_who_made_it_by_which_signature():
    core = idle_core()
    answer = asyncio.run(predict(core, [b"a", b"b"]))
    assert (answer.servable.version, answer.signature) == (1, "serving_default")
    assert answer.outputs["labels"].shape == (2, 2)
    assert counted(core) == {("axml", "OK"): 1}


def test_inputs_are_made_of_what_the_signature_takes():
    seen = {}

    def make_inputs(infos):
        seen.update(infos)
        return {"token_ids": np.zeros((1, 2), np.int32)}

    spec = model_pb2.ModelSpec(name="axml", signature_name="token_ids")
    asyncio.run(idle_core().predict(spec, make_inputs, "REST"))
    assert {name: info.name for name, info in seen.items()} == {
        "token_ids": "token_ids:0"
    }


@pytest.mark.parametrize(
    ("options", "code", "words"),
    [
        ({"name": "other"}, "NOT_FOUND", "Servable not found: other"),
        ({"signature": "x"}, "FAILED_PRECONDITION", 'key "x" not found'),
        ({"signature": "top_k"}, "INVALID_ARGUMENT", "takes the inputs"),
    ],
)
def test_refusal_is_counted_by_its_code(options, code, words):
    core = idle_core()
    with pytest.raises(RequestError, match=words) as error:
        asyncio.run(predict(core, [b"a"], **options))
    assert error.value.code.name == code
    # A name that may be made up is not kept.
    name = "" if code == "NOT_FOUND" else "axml"
    assert counted(core) == {(name, code): 1}


def test_rows_too_many_are_refused():
    core = idle_core(max_request_rows=2)
    asyncio.run(predict(core, [b"a"] * 2))
    with pytest.raises(
        RequestError, match="A request has at most 2 rows; found 3"
    ) as error:
        asyncio.run(predict(core, [b"a"] * 3))
    assert error.value.code == grpc.StatusCode.INVALID_ARGUMENT


def test_request_that_takes_too_long_is_given_up_and_gives_its_place_back():
    limits = Limits(max_requests=1, request_timeout_seconds=0.05)
    core = Core(OneModel(), SlowRunner(), Metrics(), limits)
    for _ in range(2):
        with pytest.raises(
            RequestError, match=r"no answer within 0\.05 s"
        ) as error:
            asyncio.run(predict(core, [b"a"]))
        assert error.value.code == grpc.StatusCode.DEADLINE_EXCEEDED
    assert counted(core) == {("axml", "DEADLINE_EXCEEDED"): 2}


def test_requests_too_many_at_once_are_turned_away():
    core = Core(OneModel(), SlowRunner(), Metrics(), Limits(max_requests=1))

    async def scenario():
        first = asyncio.create_task(predict(core, [b"a"]))
        await asyncio.sleep(0.05)
        with pytest.raises(RequestError, match="under way") as error:
            await predict(core, [b"a"])
        first.cancel()
        return error.value.code

    assert asyncio.run(scenario()) == grpc.StatusCode.UNAVAILABLE


def test_defect_of_ours_is_counted_as_such():
    runner = SlowRunner(ZeroDivisionError("a defect"))
    core = Core(OneModel(), runner, Metrics(), Limits())
    with pytest.raises(ZeroDivisionError):
        asyncio.run(predict(core, [b"a"]))
    assert counted(core) == {("axml", "INTERNAL"): 1}


def test_a_million_rows_are_refused(strict):
    texts = [b""] * 10**6
    with (
        stub_of(strict) as stub,
        pytest.raises(grpc.RpcError, match="at most 1,024 rows") as error,
    ):
        stub.Predict(predict_request(text=texts), timeout=30)
    assert error.value.code() == grpc.StatusCode.INVALID_ARGUMENT
    answer = post(strict, {"instances": [""] * 10**6})
    assert answer.status_code == 400
    assert "at most 1,024 rows; found 1,000,000" in answer.json()["error"]


def test_requests_too_many_and_too_long_are_turned_away(busy):
    # Takes much longer than two seconds.
    texts = ["fish the quota " * 6] * 40_000
    with stub_of(busy) as stub:
        start = time.monotonic()
        slow = stub.Predict.future(predict_request(text=texts), timeout=60)
        time.sleep(1)
        with pytest.raises(grpc.RpcError, match="under way") as error:
            stub.Predict(predict_request(text=TEXTS), timeout=30)
        assert error.value.code() == grpc.StatusCode.UNAVAILABLE
        answer = post(busy, {"instances": ["fish"]})
        assert answer.status_code == 503
        assert "Too many requests" in answer.json()["error"]
        with pytest.raises(grpc.RpcError, match="no answer within 2 s"):
            slow.result()
        assert slow.code() == grpc.StatusCode.DEADLINE_EXCEEDED
        assert time.monotonic() - start < 2 + SLACK_SECONDS
    answer = post(busy, {"instances": texts})
    assert answer.status_code == 504
    deadline = time.monotonic() + 30
    while post(busy, {"instances": ["fish"]}).status_code != 200:
        assert time.monotonic() < deadline
