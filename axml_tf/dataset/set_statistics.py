"""The row of the paper's Table 1 of a prepared data set."""

from axml_tf.dataset.dataset_info import DatasetInfo


def table_1_row(info: DatasetInfo) -> dict[str, int | float | None]:
    """What the paper's Table 1 says of a data set, by column.

    | column  | content                                              |
    |---------|------------------------------------------------------|
    | N_train | training documents                                   |
    | N_test  | test documents                                       |
    | D       | distinct words of the training texts, lower-cased    |
    | L       | labels seen in training                              |
    | L-bar   | labels per document, over training and test          |
    | L-hat   | training documents per label                         |
    | W-bar   | words per document, before they are cut              |

    The definitions are the paper's; they give its rows of RCV1 and
    AmazonCat-13K (N_train · L-bar / L ≈ L-hat). Three of its rows do not
    follow them: Wiki10-31K has L-bar and L-hat exchanged (18.64 labels per
    document and 8.52 documents per label in the Extreme Classification
    Repository), and 7.79 for EUR-Lex and 4.33 for WikiLSHTC are far from
    N_train · L-bar / L, which are 20.70 and 23.28.

    Returns:
        Numbers in the order of the columns; None where there is no test
        split, or nothing to divide by.
    """
    train = info.splits["train"]
    test = info.splits.get("test")
    both = [split for split in (train, test) if split]
    return {
        "N_train": train.num_documents,
        "N_test": test.num_documents if test else None,
        "D": info.num_distinct_words,
        "L": info.num_labels,
        "L-bar": _ratio(
            sum(split.num_labels for split in both),
            sum(split.num_documents for split in both),
        ),
        "L-hat": _ratio(train.num_labels, info.num_labels),
        "W-bar train": _ratio(train.num_words, train.num_documents),
        "W-bar test": (
            _ratio(test.num_words, test.num_documents) if test else None
        ),
    }


def format_cell(value: int | float | None) -> str:
    """A number as the table prints it."""
    if value is None:
        return "-"
    return f"{value:,}" if isinstance(value, int) else f"{value:,.2f}"


def _ratio(total: int, count: int) -> float | None:
    return total / count if count else None
