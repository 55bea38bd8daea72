"""What stands in a prepared data set, as the paper's Table 1 says it."""

import resource
import sys

from axml_tf.dataset_info import DatasetInfo
from data_prep.embeddings import Coverage


def table_1(info: DatasetInfo) -> str:
    """The row of the paper's Table 1 as a Markdown table.

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
    """
    train = info.splits["train"]
    test = info.splits.get("test")
    both = [split for split in (train, test) if split]
    cells = {
        "N_train": f"{train.num_documents:,}",
        "N_test": f"{test.num_documents:,}" if test else "-",
        "D": f"{info.num_distinct_words:,}",
        "L": f"{info.num_labels:,}",
        "L-bar": _ratio(
            sum(split.num_labels for split in both),
            sum(split.num_documents for split in both),
        ),
        "L-hat": _ratio(train.num_labels, info.num_labels),
        "W-bar train": _ratio(train.num_words, train.num_documents),
        "W-bar test": (
            _ratio(test.num_words, test.num_documents) if test else "-"
        ),
    }
    # Three at least: a narrower rule is no Markdown table.
    widths = [max(len(name), len(cell), 3) for name, cell in cells.items()]
    return "\n".join(
        (
            _row(cells, widths),
            _row([f"{'':->{width - 1}}:" for width in widths], widths),
            _row(cells.values(), widths),
        )
    )


def split_lines(
    info: DatasetInfo, distinct_unseen: dict[str, int]
) -> list[str]:
    """One line about every split: size, cut texts, labels never trained."""
    lines = []
    for name, split in info.splits.items():
        line = (
            f"{name}: {split.num_documents:,} documents, "
            f"{split.num_truncated / split.num_documents:.1%} cut to "
            f"{info.max_length} words, {split.num_without_labels:,} without "
            "labels"
        )
        if split.num_unseen_labels:
            line += (
                f"; {distinct_unseen[name]:,} labels are not in training "
                f"({split.num_unseen_labels:,} of {split.num_labels:,} label "
                "occurrences): they stay in evaluation as misses"
            )
        lines.append(line)
    return lines


def coverage_line(coverage: Coverage) -> str:
    """How many words have a pre-trained vector, and what numbers start from."""
    line = (
        f"vectors: {coverage.words:.1%} of the vocabulary, "
        f"{coverage.occurrences:.1%} of its occurrences in training; "
        f"{coverage.numbers:.1%} of {coverage.num_numbers:,} numbers"
    )
    if coverage.numbers_from:
        line += (
            f", the others start at the mean of {coverage.numbers_from} "
            "number words"
        )
    return line


def _ratio(total: int, count: int) -> str:
    return f"{total / count:,.2f}" if count else "-"


def _row(cells, widths: list[int]) -> str:
    padded = (
        f"{cell:>{width}}" for cell, width in zip(cells, widths, strict=True)
    )
    return f"| {' | '.join(padded)} |"


def report(
    info: DatasetInfo,
    num_unseen_labels: dict[str, int],
    coverage: Coverage | None,
    seconds: float,
) -> None:
    """Prints what a prepared data set holds and what it cost.

    Args:
        info: its description.
        num_unseen_labels: distinct labels, by split, not seen in training.
        coverage: of the pre-trained vectors; None without them.
        seconds: time since the start.
    """
    print(table_1(info), end="\n\n")
    print(*split_lines(info, num_unseen_labels), sep="\n")
    print(f"vocabulary: {info.vocab_size:,} entries")
    if coverage:
        print(coverage_line(coverage))
    num_documents = sum(s.num_documents for s in info.splits.values())
    # Kilobytes on Linux, bytes on macOS.
    unit = 1 if sys.platform == "darwin" else 1024
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * unit
    print(
        f"{num_documents:,} documents in {seconds:.0f} s, "
        f"{num_documents / seconds:,.0f} docs/s, peak memory "
        f"{peak / 1e6:,.0f} MB"
    )
