"""Requests run one by one and in batches, without a model."""

import asyncio
import threading
from concurrent.futures import ThreadPoolExecutor

import numpy as np
import pytest

from axml_tf.export.server.batching_parameters import BatchingParameters
from axml_tf.export.server.runner import Runner


class Doubler:
    """A servable that doubles; waits for its door before each batch."""

    def __init__(self, is_open=False):
        self.door = threading.Event()
        if is_open:
            self.door.set()
        self.shapes = []

    def run(self, signature, inputs):
        self.door.wait(10)
        self.shapes.append(inputs["x"].shape)
        return {"y": 2 * inputs["x"]}


def ask(runner, doubler, numbers, *, signature="s", seconds=10.0):
    inputs = {"x": np.array(numbers)}
    return asyncio.wait_for(runner.run(doubler, signature, inputs), seconds)


def run(scenario, parameters=None):
    """Runs a scenario on a runner of one thread; nothing may be left in it."""

    async def all_of_it():
        with ThreadPoolExecutor(1) as executor:
            runner = Runner(executor, parameters)
            answer = await scenario(runner)
            await asyncio.sleep(0.1)
            assert not runner._batchers
            return answer

    return asyncio.run(all_of_it())


def test_without_parameters_every_request_is_run_by_itself():
    doubler = Doubler(is_open=True)

    async def scenario(runner):
        return await asyncio.gather(
            ask(runner, doubler, [1]), ask(runner, doubler, [2])
        )

    answers = run(scenario)
    assert [answer["y"].tolist() for answer in answers] == [[2], [4]]
    assert doubler.shapes == [(1,), (1,)]


def test_requests_of_one_servable_signature_and_width_go_together():
    doubler, other = Doubler(is_open=True), Doubler(is_open=True)

    async def scenario(runner):
        return await asyncio.gather(
            ask(runner, doubler, [[1, 2]]),
            ask(runner, doubler, [[3, 4, 5]]),
            ask(runner, doubler, [[6, 7]]),
            ask(runner, doubler, [[8, 9]], signature="t"),
            ask(runner, other, [[10, 11]]),
        )

    answers = run(scenario, BatchingParameters(8, 50_000, 1, 8))
    assert [answer["y"].tolist() for answer in answers] == [
        [[2, 4]],
        [[6, 8, 10]],
        [[12, 14]],
        [[16, 18]],
        [[20, 22]],
    ]
    assert sorted(doubler.shapes) == [(1, 2), (1, 3), (2, 2)]
    assert other.shapes == [(1, 2)]


def test_a_request_without_rows_waits_for_no_others():
    doubler = Doubler(is_open=True)

    async def scenario(runner):
        return await ask(runner, doubler, np.zeros([0, 3]))

    a_minute = BatchingParameters(2, 60_000_000, 1, 8)
    assert run(scenario, a_minute)["y"].shape == (0, 3)


def test_nothing_is_kept_where_all_callers_gave_up():
    async def scenario(runner):
        doubler = Doubler()
        running = asyncio.create_task(ask(runner, doubler, [1, 2]))
        await asyncio.sleep(0.2)
        with pytest.raises(asyncio.TimeoutError):
            await ask(runner, doubler, [3, 4], seconds=0.05)
        doubler.door.set()
        await running
        # The place of the one that gave up is free again.
        return await ask(runner, doubler, [7])

    answer = run(scenario, BatchingParameters(2, 1000, 1, 8))
    assert answer["y"].tolist() == [14]
