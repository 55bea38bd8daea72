"""Documents that formats of text have to keep, and files of any content."""

from pathlib import Path

from axml_tf.data_prep.readers.document import Document

DOCUMENTS = [
    Document("a", "one \u2028 line, still".encode(), ("x", "y")),
    Document("b", b"", ()),
    Document("c", 'say "hi"; \U0001f600'.encode(), ("y",)),
]


def write_content(path: Path, content: str | bytes) -> None:
    """Writes bytes, or text as UTF-8, as it is."""
    path.write_bytes(
        content if isinstance(content, bytes) else content.encode()
    )
