"""Documents in batches, worked on by a few threads, order kept."""

import collections
import os
from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from typing import TypeVar

from axml_tf.data_prep.readers.document import Document

_MAX_DOCUMENTS = 256
_MAX_BYTES = 2**21

_Result = TypeVar("_Result")


def batch_documents(documents: Iterable[Document]) -> Iterator[list[Document]]:
    """Yields lists of documents, bounded in number and in bytes of text."""
    batch, num_bytes = [], 0
    for document in documents:
        batch.append(document)
        num_bytes += len(document.text)
        if len(batch) == _MAX_DOCUMENTS or num_bytes >= _MAX_BYTES:
            yield batch
            batch, num_bytes = [], 0
    if batch:
        yield batch


def map_batches(
    function: Callable[[list[bytes]], _Result], documents: Iterable[Document]
) -> Iterator[tuple[list[Document], _Result]]:
    """Yields batches of documents and what `function` makes of their texts.

    The function runs in threads, on a few batches at once.
    """
    num_threads = min(os.cpu_count() or 1, 8)
    pending: collections.deque[tuple[list[Document], Future[_Result]]] = (
        collections.deque()
    )
    with ThreadPoolExecutor(num_threads) as pool:
        for batch in batch_documents(documents):
            texts = [document.text for document in batch]
            pending.append((batch, pool.submit(function, texts)))
            if len(pending) > num_threads:
                batch, future = pending.popleft()
                yield batch, future.result()
        for batch, future in pending:
            yield batch, future.result()
