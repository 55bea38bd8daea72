"""Puts requests together that come at about the same time."""

import asyncio
from collections.abc import Awaitable, Callable
from concurrent.futures import Executor
from typing import NamedTuple

import grpc
import numpy as np

from axml_tf.export.server.batching_parameters import BatchingParameters
from axml_tf.export.server.request_errors import RequestError
from axml_tf.export.server.servable import Arrays


class _Waiting(NamedTuple):
    inputs: Arrays
    rows: int
    answer: asyncio.Future[Arrays]


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
        *,
        slots: asyncio.Semaphore,
        ended: Callable[[], object],
    ) -> None:
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

        Args:
            inputs: arrays by name, each of that many rows.
            rows: of the request.

        Raises:
            RequestError: too many wait already, or the graph refuses it.
        """
        limit = self._parameters
        if self._rows() >= limit.max_batch_size * limit.max_enqueued_batches:
            raise RequestError(
                grpc.StatusCode.UNAVAILABLE,
                "Too many requests wait already. Try again later.",
            )
        answer: asyncio.Future[Arrays] = (
            asyncio.get_running_loop().create_future()
        )
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
        batch: list[_Waiting] = []
        rows = 0
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
            # The others are answered where one request is bad. (In TensorFlow
            # Serving none is.)
            for request in batch:
                await self._answer([request])
        elif not batch[0].answer.done():
            batch[0].answer.set_exception(error)

    def _in_thread(self, inputs: Arrays) -> Awaitable[Arrays]:
        loop = asyncio.get_running_loop()
        return loop.run_in_executor(self._executor, self._run, inputs)


def _joined(requests: list[Arrays]) -> Arrays:
    if len(requests) == 1:
        return requests[0]
    return {
        name: np.concatenate([inputs[name] for inputs in requests])
        for name in requests[0]
    }
