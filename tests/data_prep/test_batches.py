"""Batches are bounded, and come back in the order they went in."""

import threading

import pytest

from axml_tf.data_prep.batches import batch_documents, map_batches
from axml_tf.data_prep.readers.document import Document


def documents(count, size=1):
    return [Document(str(i), b"x" * size, ()) for i in range(count)]


def test_batches_are_bounded_in_documents_and_in_bytes():
    small, large = documents(600), documents(5, size=1_500_000)
    assert [len(batch) for batch in batch_documents(small)] == [256, 256, 88]
    assert [len(batch) for batch in batch_documents(large)] == [2, 2, 1]
    assert list(batch_documents([])) == []


def test_order_is_kept_when_the_first_batch_is_the_slowest(monkeypatch):
    monkeypatch.setattr("os.cpu_count", lambda: 2)
    second_is_done = threading.Event()

    def function(texts):
        if texts[0].startswith(b"first"):
            assert second_is_done.wait(timeout=10)
        second_is_done.set()
        return len(texts)

    given = documents(2000)
    given[0] = Document("0", b"first", ())
    results = list(map_batches(function, given))
    assert [d for batch, _ in results for d in batch] == given
    assert [n for _, n in results] == [len(batch) for batch, _ in results]


def test_an_error_in_a_thread_is_raised():
    def function(texts):
        raise ValueError("from a thread")

    with pytest.raises(ValueError, match="from a thread"):
        list(map_batches(function, documents(3)))
