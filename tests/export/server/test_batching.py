"""Requests that are put together, without a model."""

import asyncio
import threading
from concurrent.futures import ThreadPoolExecutor

import numpy as np
import pytest

from axml_tf.export.server.batching import BatchingParameters, Runner


class Doubler:
    """Doubles numbers; waits for its door before each batch."""

    def __init__(self):
        self.door = threading.Event()
        self.sizes = []

    def run(self, signature, inputs):
        self.door.wait(10)
        self.sizes.append(len(inputs["x"]))
        return {"y": 2 * inputs["x"]}


def ask(runner, doubler, *numbers, seconds=10.0):
    inputs = {"x": np.array(numbers)}
    return asyncio.wait_for(runner.run(doubler, "s", inputs), seconds)


def test_request_whose_caller_gave_up_is_not_worked_on():
    async def scenario():
        doubler = Doubler()
        with ThreadPoolExecutor(1) as executor:
            runner = Runner(executor, BatchingParameters(2, 1000, 1, 8))
            running = asyncio.create_task(ask(runner, doubler, 1, 2))
            await asyncio.sleep(0.2)
            for _ in range(3):
                with pytest.raises(asyncio.TimeoutError):
                    await ask(runner, doubler, 3, 4, seconds=0.05)
            patient = asyncio.create_task(ask(runner, doubler, 5, 6))
            await asyncio.sleep(0.1)
            doubler.door.set()
            assert (await running)["y"].tolist() == [2, 4]
            assert (await patient)["y"].tolist() == [10, 12]
            await asyncio.sleep(0.1)
            return doubler, runner

    doubler, runner = asyncio.run(scenario())
    assert doubler.sizes == [2, 2]
    assert not runner._batchers


def test_nothing_is_kept_where_all_callers_gave_up():
    async def scenario():
        doubler = Doubler()
        with ThreadPoolExecutor(1) as executor:
            runner = Runner(executor, BatchingParameters(2, 1000, 1, 8))
            running = asyncio.create_task(ask(runner, doubler, 1, 2))
            await asyncio.sleep(0.2)
            with pytest.raises(asyncio.TimeoutError):
                await ask(runner, doubler, 3, 4, seconds=0.05)
            doubler.door.set()
            await running
            # The place of the one that gave up is free again.
            assert (await ask(runner, doubler, 7))["y"].tolist() == [14]
            await asyncio.sleep(0.1)
            return runner

    assert not asyncio.run(scenario())._batchers
