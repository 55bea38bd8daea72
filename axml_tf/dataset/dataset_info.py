"""What stands in a prepared data folder, read without TensorFlow.

dataset.json            this description
vocab.txt               one word a line; the line number is its id
labels.txt              name <TAB> training count; the line number is its
                        id; labels never seen in training stand last
embeddings.npy          float32 (vocab_size, embedding_dim), if asked for
SPLIT-*.tfrecord[.gz]   the records, see schema.py
SPLIT.labels.txt        document id <TAB> its label ids, spaces between;
                        the truth for evaluation, in no special order
SPLIT.features.npz      for the sparse systems, see sparse_features.py;
features.txt            word <TAB> training documents that have it, of each
                        column
SPLIT.features.txt      the same features as text, if asked for
skipped.txt             split, place and reason of every raw record that was
                        skipped, if any was

A set that is published as word counts has no text: no vocab.txt, no records,
`max_length` 0, and as `vocab_size` the number of its features.
"""

import dataclasses
import json
import os
import re
from pathlib import Path
from typing import Any

from axml_tf.console.errors import UserError
from axml_tf.storage.json_files import read_json

FORMAT_VERSION = 2

DATASET_FILE = "dataset.json"
VOCABULARY_FILE = "vocab.txt"
LABELS_FILE = "labels.txt"
EMBEDDINGS_FILE = "embeddings.npy"

# Of published vectors, four times the widest. An embedding takes that for each
# word of the vocabulary, however small a file says so.
MOST_EMBEDDING_DIM = 4096

# More than any published set has.
MOST_LABELS = 10**8
# The same of others. What these count, a later step takes
# memory for, so a description cannot ask for just anything.
_MOST = {
    "vocab_size": 10**8,
    "num_distinct_words": 10**12,
    "num_labels": MOST_LABELS,
    "num_unseen_labels": MOST_LABELS,
    "max_length": 10**8,
    "embedding_dim": MOST_EMBEDDING_DIM,
    "format_version": 10**6,
    "schema_version": 10**6,
    "tokenizer_version": 10**6,
}
_MOST_OF_SPLIT = {
    "num_documents": 10**10,
    "num_words": 10**15,
    "num_labels": 10**12,
    "num_truncated": 10**10,
    "num_without_labels": 10**10,
    "num_unseen_labels": 10**12,
}
_COMPRESSIONS = ("", "GZIP")
# Becomes part of names of files.
_SPLIT_NAME = re.compile(r"[A-Za-z0-9][A-Za-z0-9_-]{0,63}")


@dataclasses.dataclass(frozen=True)
class SplitInfo:
    """One split of a prepared data set.

    Attributes:
        num_documents: documents.
        num_words: words of all texts, before they were cut.
        num_labels: labels given, summed over documents.
        num_truncated: documents longer than `max_length` words.
        num_without_labels: documents that have no label.
        num_unseen_labels: labels given, summed over documents, that no
            training document has.
        length_percentiles: words kept of a document, at most `max_length`:
            the least length that 0, 1, ... 100 percent of the documents do
            not exceed. Empty where there are no documents.
        shards: file names of the records.
    """

    num_documents: int
    num_words: int
    num_labels: int
    num_truncated: int
    num_without_labels: int
    num_unseen_labels: int
    length_percentiles: tuple[int, ...]
    shards: tuple[str, ...]

    def __post_init__(self) -> None:
        for name, most in _MOST_OF_SPLIT.items():
            _check_count(name, getattr(self, name), most)
        for length in self.length_percentiles:
            _check_count("length_percentiles", length, _MOST["max_length"])
        for name in self.shards:
            _check(
                isinstance(name, str)
                and name not in ("", ".", "..")
                and not re.search(r"[/\\\0]", name),
                "shards",
                name,
                "names of files in the folder itself",
            )


@dataclasses.dataclass(frozen=True)
class DatasetInfo:
    """A prepared data set: everything a later step needs to know of it.

    Attributes:
        vocab_size: lines of vocab.txt, padding and unknown included.
        num_distinct_words: words found in training, before the vocabulary
            was cut; the paper's D.
        num_labels: labels seen in training; the model's outputs.
        num_unseen_labels: further labels, found in other splits only.
        max_length: words kept per document.
        embedding_dim: width of embeddings.npy; None where there is none.
        embedding_coverage: share of the vocabulary that has a pre-trained
            vector; None where there are no embeddings.
        compression: "" or "GZIP", of the records.
        splits: by name: train, dev, test.
        fingerprint: hash of vocabulary, labels and tokenizer: what a
            checkpoint must fit.
        format_version, schema_version, tokenizer_version: ints.
        versions: versions of the libraries the data was made with.
    """

    vocab_size: int
    num_distinct_words: int
    num_labels: int
    num_unseen_labels: int
    max_length: int
    embedding_dim: int | None
    embedding_coverage: float | None
    compression: str
    splits: dict[str, SplitInfo]
    fingerprint: str
    format_version: int
    schema_version: int
    tokenizer_version: int
    versions: dict[str, str]

    def __post_init__(self) -> None:
        for name, most in _MOST.items():
            value = getattr(self, name)
            if name != "embedding_dim" or value is not None:
                _check_count(name, value, most)
        coverage = self.embedding_coverage
        _check(
            coverage is None
            or (type(coverage) in (int, float) and 0 <= coverage <= 1),
            "embedding_coverage",
            coverage,
            "from 0 to 1",
        )
        _check(
            self.compression in _COMPRESSIONS,
            "compression",
            self.compression,
            f"one of {_COMPRESSIONS}",
        )
        for name in self.splits:
            _check(
                _SPLIT_NAME.fullmatch(name) is not None,
                "splits",
                name,
                "named by letters, digits, - and _",
            )
        texts = {"fingerprint": self.fingerprint, **self.versions}
        for name, text in texts.items():
            _check(isinstance(text, str), name, text, "a text")

    def save(self, data_dir: str | os.PathLike) -> None:
        """Writes dataset.json into `data_dir`."""
        text = json.dumps(dataclasses.asdict(self), indent=2) + "\n"
        Path(data_dir, DATASET_FILE).write_text(text, encoding="utf-8")

    @classmethod
    def load(cls, data_dir: str | os.PathLike) -> "DatasetInfo":
        """Reads dataset.json.

        Raises:
            UserError: the file is missing, damaged or of another version.
        """
        path = Path(data_dir, DATASET_FILE)
        if not path.is_file():
            raise UserError(
                f"{path} is missing: {data_dir} is no prepared data set. "
                "Make one with axml-prepare."
            )
        try:
            fields = read_json(path)
            version = fields["format_version"]
            if version != FORMAT_VERSION:
                raise UserError(
                    f"{path} has format version {version}, this program reads "
                    f"{FORMAT_VERSION}. Prepare the data again."
                )
            fields["splits"] = {
                name: _split_info(split)
                for name, split in fields["splits"].items()
            }
            return cls(**fields)
        except (ValueError, KeyError, TypeError, AttributeError) as error:
            raise UserError(
                f"{path} is damaged ({error}). Prepare the data again."
            ) from error

    def split(self, name: str) -> SplitInfo:
        """The split called `name`.

        Raises:
            UserError: there is no such split; the message names those there.
        """
        if name not in self.splits:
            raise UserError(
                f"The data set has no split {name!r}; it has "
                f"{', '.join(self.splits)}."
            )
        return self.splits[name]


def _split_info(fields: dict[str, Any]) -> SplitInfo:
    lists = ("length_percentiles", "shards")
    return SplitInfo(**{**fields, **{k: tuple(fields[k]) for k in lists}})


def _check_count(name: str, value: Any, most: int) -> None:
    # True is an int, too.
    right = type(value) is int and 0 <= value <= most
    _check(right, name, value, f"an integer from 0 to {most:,}")


def _check(right: bool, name: str, value: Any, expected: str) -> None:
    if not right:
        raise ValueError(
            f"`{name}` must be {expected}. Received: {str(value)[:60]!r}"
        )
