"""Everything that decides how a data set is prepared."""

import dataclasses
import os

from axml_tf.console.errors import UserError
from axml_tf.console.settings import setting
from axml_tf.data_prep.readers.fields import Fields
from axml_tf.data_prep.readers.formats import FORMATS

# Names on the command line, and TensorFlow's.
COMPRESSIONS = {"none": "", "gzip": "GZIP"}
ON_BAD_RECORD = ("fail", "skip")


@dataclasses.dataclass(frozen=True)
class PrepareConfig:
    """What to read, how, and where to; flags have the same names.

    Raises:
        UserError: a value is out of range.
    """

    input_dir: str | os.PathLike
    output_dir: str | os.PathLike
    format: str = setting("lines", "Of the raw files.", choices=FORMATS)
    max_vocab_size: int = setting(
        500_000, "Most vocabulary entries, padding and unknown included."
    )
    min_count: int = setting(
        2, "Fewest occurrences in training of a word of the vocabulary."
    )
    max_length: int = setting(500, "Words kept per document.")
    embeddings: str | os.PathLike | None = setting(
        None, "File of word vectors: GloVe text, word2vec text or binary."
    )
    num_shards: int = setting(8, "Files of records per split.")
    compression: str = setting(
        "none", "Of the records.", choices=tuple(COMPRESSIONS)
    )
    valid_fraction: float = setting(
        0.05,
        "Share of the training documents that become the dev split where "
        "there is none; 0 for no dev split.",
    )
    seed: int = setting(0, "Of the dev split and of random vectors.")
    on_bad_record: str = setting(
        "fail",
        "What a raw record that cannot be read does: end the run, or be left "
        "out, counted and named in skipped.txt. What leaves no next record "
        "to go on with is an error always: damaged gzip files, lines of more "
        "than 16 MiB, wrong headers, unequal numbers of lines, open quotes "
        "(csv), lines out of order (rcv1), files of labels, ids that stand "
        "twice.",
        choices=ON_BAD_RECORD,
    )
    overwrite: bool = setting(False, "Whether to replace --output_dir.")
    text_field: str = setting(
        Fields.text_field, "Field of the text (jsonl, csv)."
    )
    labels_field: str = setting(
        Fields.labels_field, "Field of the labels (jsonl, csv)."
    )
    id_field: str = setting(Fields.id_field, "Field of the id (jsonl, csv).")
    label_separator: str = setting(
        Fields.label_separator,
        "What stands between the labels in one string (jsonl, csv).",
    )

    def __post_init__(self):
        _check_choice("format", self.format, FORMATS)
        _check_choice("compression", self.compression, tuple(COMPRESSIONS))
        _check_choice("on_bad_record", self.on_bad_record, ON_BAD_RECORD)
        # Padding and unknown take two entries.
        _check_at_least("max_vocab_size", self.max_vocab_size, 3)
        _check_at_least("min_count", self.min_count, 1)
        _check_at_least("max_length", self.max_length, 1)
        _check_at_least("num_shards", self.num_shards, 1)
        if not 0 <= self.valid_fraction < 1:
            raise UserError(
                "--valid_fraction must be at least 0 and below 1. Received: "
                f"{self.valid_fraction}"
            )
        if not self.label_separator:
            raise UserError("--label_separator must not be empty.")

    def fields(self) -> Fields:
        """Where text, labels and id stand in a record."""
        return Fields(
            self.text_field,
            self.labels_field,
            self.id_field,
            self.label_separator,
        )

    def takes_dev_from_train(self, input_splits: list[str]) -> bool:
        """Whether some training documents become the dev split."""
        return "dev" not in input_splits and self.valid_fraction > 0

    def output_splits(self, input_splits: list[str]) -> list[str]:
        """Names of the splits to write."""
        if self.takes_dev_from_train(input_splits):
            return ["train", "dev", *input_splits[1:]]
        return input_splits


def _check_choice(name: str, value: str, choices: tuple[str, ...]) -> None:
    if value not in choices:
        raise UserError(
            f"--{name} must be one of {', '.join(choices)}. Received: {value!r}"
        )


def _check_at_least(name: str, value: int, least: int) -> None:
    if value < least:
        raise UserError(f"--{name} must be at least {least}. Received: {value}")
