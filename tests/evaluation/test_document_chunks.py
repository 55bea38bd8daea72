import pytest

from axml_tf.evaluation import document_chunks


@pytest.mark.parametrize("num_documents", [0, 1, 9, 10, 11, 30, 31])
def test_chunks_cover_every_document_once(monkeypatch, num_documents):
    monkeypatch.setattr(document_chunks, "DOCUMENTS_AT_ONCE", 10)
    chunks = list(document_chunks.document_chunks(num_documents))
    covered = [
        document
        for chunk in chunks
        for document in range(chunk.start, chunk.stop)
    ]
    assert covered == list(range(num_documents))
    assert all(1 <= chunk.stop - chunk.start <= 10 for chunk in chunks)
