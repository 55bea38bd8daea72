"""Documents a chunk at a time: what is worked out for them stays small."""

from collections.abc import Iterator

DOCUMENTS_AT_ONCE = 4096


def document_chunks(num_documents: int) -> Iterator[slice]:
    """Yields slices that together cover all documents, in order.

    Args:
        num_documents: documents; each slice has at most `DOCUMENTS_AT_ONCE`.
    """
    for start in range(0, num_documents, DOCUMENTS_AT_ONCE):
        yield slice(start, min(start + DOCUMENTS_AT_ONCE, num_documents))
