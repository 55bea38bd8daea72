"""Puts requests together that come at about the same time."""

import asyncio
import functools
from collections.abc import Awaitable, Callable
from concurrent.futures import Executor
from typing import NamedTuple

import grpc
import numpy as np

from axml_tf.export.server.request_errors import RequestError
from axml_tf.export.server.servable import Arrays, Servable


class BatchingParameters(NamedTuple):
    """When a batch goes, as in TensorFlow Serving's file of that name.

    Attributes:
        max_batch_size: rows of a batch.
        batch_timeout_micros: time that a request waits for others.
        num_batch_threads: batches worked on at once.
        max_enqueued_batches: batches that may wait.
    """

    max_batch_size: int = 16
    batch_timeout_micros: int = 2000
    num_batch_threads: int = 2
    max_enqueued_batches: int = 64


class _Waiting(NamedTuple):
    inputs: Arrays
    rows: int
    answer: asyncio.Future


class Batcher:
    """Runs requests of one servable and signature, several at a time.

    Belongs to one event loop.

    Args:
        run: what runs a batch, in a thread.
        executor: threads for it.
        parameters: when a batch goes.
        slots: shared by all batchers; one is held while a batch runs.
        ended: called when nothing waits any more.
    """

    def __init__(
        self,
        run: Callable[[Arrays], Arrays],
        executor: Executor,
        parameters: BatchingParameters,
        slots: asyncio.Semaphore,
        ended: Callable[[], None],
    ):
        self._run = run
        self._ended = ended
        self._executor = executor
        self._parameters = parameters
        self._slots = slots
        self._waiting: list[_Waiting] = []
        self._full = asyncio.Event()
        self._task: asyncio.Task | None = None
        self._running: set[asyncio.Task] = set()  # The loop keeps none.

    async def __call__(self, inputs: Arrays, rows: int) -> Arrays:
        """Answers one request.

        Raises:
            RequestError: too many wait already, or the graph refuses it.
        """
        limit = self._parameters
        if self._rows() >= limit.max_batch_size * limit.max_enqueued_batches:
            raise RequestError(
                grpc.StatusCode.UNAVAILABLE,
                "Too many requests wait already. Try again later.",
            )
        answer = asyncio.get_running_loop().create_future()
        self._waiting.append(_Waiting(inputs, rows, answer))
        if self._rows() >= limit.max_batch_size:
            self._full.set()
        if self._task is None:
            self._task = asyncio.create_task(self._work())
        try:
            return await answer
        finally:
            # A caller who goes away takes a request that still waits along.
            self._waiting = [x for x in self._waiting if x.answer is not answer]

    def _rows(self) -> int:
        return sum(request.rows for request in self._waiting)

    async def _work(self) -> None:
        """Sends batches as long as requests wait."""
        while self._waiting:
            await self._fill()
            await self._slots.acquire()
            # What came while all slots were taken goes too, what has gone
            # away does not.
            batch = self._take()
            if not batch:
                self._slots.release()
                continue
            task = asyncio.create_task(self._answer(batch))
            self._running.add(task)
            task.add_done_callback(self._finish)
        self._task = None
        self._ended()

    def _finish(self, task: asyncio.Task) -> None:
        self._running.discard(task)
        self._slots.release()

    async def _fill(self) -> None:
        if self._rows() < self._parameters.max_batch_size:
            self._full.clear()
            timeout = self._parameters.batch_timeout_micros / 1e6
            try:
                await asyncio.wait_for(self._full.wait(), timeout)
            except asyncio.TimeoutError:
                return

    def _take(self) -> list[_Waiting]:
        """The requests that fill a batch, at least one."""
        batch, rows = [], 0
        while self._waiting:
            rows += self._waiting[0].rows
            if batch and rows > self._parameters.max_batch_size:
                break
            batch.append(self._waiting.pop(0))
        return batch

    async def _answer(self, batch: list[_Waiting]) -> None:
        try:
            outputs = await self._in_thread(_joined([x.inputs for x in batch]))
        except Exception as error:
            await self._answer_error(batch, error)
            return
        start = 0
        for request in batch:
            end = start + request.rows
            if not request.answer.done():  # Its caller may have gone.
                request.answer.set_result(
                    {name: x[start:end] for name, x in outputs.items()}
                )
            start = end

    async def _answer_error(
        self, batch: list[_Waiting], error: Exception
    ) -> None:
        if len(batch) > 1:
            # One bad request must not spoil the others. (In TensorFlow
            # Serving it does.)
            for request in batch:
                await self._answer([request])
        elif not batch[0].answer.done():
            batch[0].answer.set_exception(error)

    def _in_thread(self, inputs: Arrays) -> Awaitable[Arrays]:
        loop = asyncio.get_running_loop()
        return loop.run_in_executor(self._executor, self._run, inputs)


class Runner:
    """Runs checked requests, in batches if so asked.

    Args:
        executor: threads that run the models.
        parameters: of batches; None runs every request by itself.
    """

    def __init__(
        self, executor: Executor, parameters: BatchingParameters | None
    ):
        self._executor = executor
        self._parameters = parameters
        self._slots = None
        if parameters:
            self._slots = asyncio.Semaphore(parameters.num_batch_threads)
        self._batchers = {}

    async def run(
        self, servable: Servable, signature: str, inputs: Arrays
    ) -> Arrays:
        """Runs a signature on inputs that `Servable.check` has passed."""

        def run(arrays: Arrays) -> Arrays:
            return servable.run(signature, arrays)

        rows = len(next(iter(inputs.values())))
        if not self._parameters or not rows:
            loop = asyncio.get_running_loop()
            return await loop.run_in_executor(self._executor, run, inputs)
        # Rows of other widths do not go into one array.
        widths = tuple(x.shape[1:] for x in inputs.values())
        key = (servable, signature, widths)
        if key not in self._batchers:
            self._batchers[key] = Batcher(
                run,
                self._executor,
                self._parameters,
                self._slots,
                # There are as many as widths have been seen, and each keeps
                # its servable in memory.
                functools.partial(self._batchers.pop, key, None),
            )
        return await self._batchers[key](inputs, rows)


def _joined(requests: list[Arrays]) -> Arrays:
    if len(requests) == 1:
        return requests[0]
    return {
        name: np.concatenate([inputs[name] for inputs in requests])
        for name in requests[0]
    }
