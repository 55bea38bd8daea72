"""Requests that are put together, without a model."""

import asyncio
import contextlib
import threading
from concurrent.futures import ThreadPoolExecutor

import grpc
import numpy as np
import pytest

from axml_tf.export.server.batching import Batcher
from axml_tf.export.server.batching_parameters import BatchingParameters
from axml_tf.export.server.request_errors import RequestError

LONG = 10_000_000  # Microseconds; longer than any test takes.


class Doubler:
    """Doubles numbers, refuses negative ones; waits for its door."""

    def __init__(self, is_open=True):
        self.door = threading.Event()
        if is_open:
            self.door.set()
        self.batches = []

    def __call__(self, inputs):
        self.door.wait(10)
        self.batches.append(inputs["x"].tolist())
        if (inputs["x"] < 0).any():
            raise RequestError(grpc.StatusCode.OUT_OF_RANGE, "negative")
        return {"y": 2 * inputs["x"]}


@contextlib.contextmanager
def batcher(run, *parameters, ended=lambda: None):
    with ThreadPoolExecutor(4) as executor:
        limits = BatchingParameters(*parameters)
        slots = asyncio.Semaphore(limits.num_batch_threads)
        yield Batcher(run, executor, limits, slots=slots, ended=ended)


def ask(batcher, *numbers, seconds=10.0):
    return asyncio.wait_for(
        batcher({"x": np.array(numbers)}, len(numbers)), seconds
    )


def test_full_batch_goes_at_once_and_each_gets_its_rows():
    async def scenario():
        doubler, ends = Doubler(), []
        with batcher(doubler, 3, LONG, 1, 8, ended=lambda: ends.append(1)) as b:
            answers = await asyncio.gather(ask(b, 1), ask(b, 2, 3))
        return doubler.batches, [x["y"].tolist() for x in answers], ends

    assert asyncio.run(scenario()) == ([[1, 2, 3]], [[2], [4, 6]], [1])


def test_batch_that_is_not_full_goes_after_its_time():
    async def scenario():
        doubler = Doubler()
        with batcher(doubler, 3, 1000, 1, 8) as b:
            answers = await asyncio.gather(ask(b, 1), ask(b, 2))
        return doubler.batches, [x["y"].tolist() for x in answers]

    assert asyncio.run(scenario()) == ([[1, 2]], [[2], [4]])


def test_request_that_does_not_fit_goes_with_the_next_batch():
    async def scenario():
        doubler = Doubler()
        with batcher(doubler, 3, 1000, 1, 8) as b:
            await asyncio.gather(ask(b, 1, 2), ask(b, 3, 4), ask(b, *range(5)))
        return doubler.batches

    # The last is larger than a batch, and goes alone.
    assert asyncio.run(scenario()) == [[1, 2], [3, 4], [0, 1, 2, 3, 4]]


def test_as_many_batches_run_at_once_as_there_are_slots():
    async def scenario():
        doubler = Doubler(is_open=False)
        with batcher(doubler, 1, 0, 2, 8) as b:
            tasks = [asyncio.create_task(ask(b, n)) for n in range(4)]
            await asyncio.sleep(0.2)
            running = len(b._running)
            doubler.door.set()
            await asyncio.gather(*tasks)
        return running, sorted(doubler.batches)

    assert asyncio.run(scenario()) == (2, [[0], [1], [2], [3]])


def test_one_bad_request_fails_alone():
    async def scenario():
        doubler = Doubler()
        with batcher(doubler, 3, LONG, 1, 8) as b:
            return await asyncio.gather(
                *(ask(b, 1), ask(b, -1), ask(b, 3)), return_exceptions=True
            )

    first, bad, last = asyncio.run(scenario())
    assert (first["y"].tolist(), last["y"].tolist()) == ([2], [6])
    assert isinstance(bad, RequestError)
    assert bad.code == grpc.StatusCode.OUT_OF_RANGE


def test_request_is_turned_away_when_too_many_wait():
    async def scenario():
        doubler = Doubler(is_open=False)
        with batcher(doubler, 2, 0, 1, 2) as b:
            # One runs; then two batches may wait.
            tasks = []
            for _ in range(3):
                tasks.append(asyncio.create_task(ask(b, 1, 2)))
                await asyncio.sleep(0.1)
            with pytest.raises(RequestError, match="wait already") as error:
                await ask(b, 1)
            doubler.door.set()
            await asyncio.gather(*tasks)
        return error.value.code

    assert asyncio.run(scenario()) == grpc.StatusCode.UNAVAILABLE


def test_request_whose_caller_gave_up_is_not_worked_on():
    async def scenario():
        doubler = Doubler(is_open=False)
        with batcher(doubler, 2, 1000, 1, 8) as b:
            running = asyncio.create_task(ask(b, 1, 2))
            await asyncio.sleep(0.2)
            for _ in range(3):
                with pytest.raises(asyncio.TimeoutError):
                    await ask(b, 3, 4, seconds=0.05)
            patient = asyncio.create_task(ask(b, 5, 6))
            await asyncio.sleep(0.1)
            doubler.door.set()
            assert (await running)["y"].tolist() == [2, 4]
            assert (await patient)["y"].tolist() == [10, 12]
        return doubler.batches

    assert asyncio.run(scenario()) == [[1, 2], [5, 6]]
