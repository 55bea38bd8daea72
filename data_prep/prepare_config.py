"""Everything that decides how a data set is prepared."""

import dataclasses
import os

from axml_tf.console.settings import check, require, setting
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
    format: str = setting(
        default="lines", choices=FORMATS, help="Of the raw files."
    )
    max_vocab_size: int = setting(
        default=500_000,
        at_least=3,
        help="Most vocabulary entries, padding and unknown included.",
    )
    min_count: int = setting(
        default=2,
        at_least=1,
        help="Fewest occurrences in training of a word of the vocabulary.",
    )
    max_length: int = setting(
        default=500, at_least=1, help="Words kept per document."
    )
    embeddings: str | os.PathLike | None = setting(
        default=None,
        help="File of word vectors: GloVe text, word2vec text or binary.",
    )
    num_shards: int = setting(
        default=8, at_least=1, help="Files of records per split."
    )
    compression: str = setting(
        default="none", choices=tuple(COMPRESSIONS), help="Of the records."
    )
    valid_fraction: float = setting(
        default=0.05,
        at_least=0,
        below=1,
        help="Share of the training documents that become the dev split where "
        "there is none; 0 for no dev split.",
    )
    seed: int = setting(
        default=0, help="Of the dev split and of random vectors."
    )
    on_bad_record: str = setting(
        default="fail",
        choices=ON_BAD_RECORD,
        help="What happens to a raw record that cannot be read: it is an "
        "error, or it is skipped, counted and named in skipped.txt. Where no "
        "next record can be found or trusted, there is always an error: "
        "damaged gzip files, lines of more than 16 MiB, wrong headers, "
        "unequal numbers of lines, open quotes (csv), lines out of order "
        "(rcv1), files of labels, ids that stand twice.",
    )
    overwrite: bool = setting(
        default=False, help="Whether to replace --output_dir."
    )
    text_field: str = setting(
        default=Fields.text_field, help="Field of the text (jsonl, csv)."
    )
    labels_field: str = setting(
        default=Fields.labels_field, help="Field of the labels (jsonl, csv)."
    )
    id_field: str = setting(
        default=Fields.id_field, help="Field of the id (jsonl, csv)."
    )
    label_separator: str = setting(
        default=Fields.label_separator,
        help="What stands between the labels in one string (jsonl, csv).",
    )

    def __post_init__(self) -> None:
        check(self)
        require(
            bool(self.label_separator), self, "label_separator", "no empty text"
        )

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
