"""Runs checked requests, each by itself or in batches."""

import asyncio
import functools
from concurrent.futures import Executor

from axml_tf.export.server.batching import Batcher
from axml_tf.export.server.batching_parameters import BatchingParameters
from axml_tf.export.server.servable import Arrays, Servable

# Servable, signature, and shape of a row of each input.
_Key = tuple[Servable, str, tuple[tuple[int, ...], ...]]


class Runner:
    """Runs checked requests, in batches if so asked.

    Args:
        executor: threads that run the models.
        parameters: of batches; None runs every request by itself.
    """

    def __init__(
        self, executor: Executor, parameters: BatchingParameters | None
    ) -> None:
        self._executor = executor
        self._parameters = parameters
        # Without parameters no batch ever asks for one.
        num_slots = parameters.num_batch_threads if parameters else 0
        self._slots = asyncio.Semaphore(num_slots)
        self._batchers: dict[_Key, Batcher] = {}

    async def run(
        self, servable: Servable, signature: str, inputs: Arrays
    ) -> Arrays:
        """Runs a signature on inputs that `Servable.check` has passed.

        Raises:
            RequestError: the graph refuses their content, or too many
                requests wait for a batch.
        """

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
                slots=self._slots,
                # There are as many as widths have been seen, and each keeps
                # its servable in memory.
                ended=functools.partial(self._batchers.pop, key, None),
            )
        return await self._batchers[key](inputs, rows)
