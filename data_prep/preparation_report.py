"""What axml-prepare prints in the end: what the data hold, what they cost."""

from collections.abc import Iterable

from axml_tf.console import machine
from axml_tf.data_prep.embeddings import Coverage
from axml_tf.dataset import set_statistics
from axml_tf.dataset.dataset_info import DatasetInfo


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
    print(
        f"{num_documents:,} documents in {seconds:.0f} s, "
        f"{num_documents / seconds:,.0f} docs/s, peak memory "
        f"{machine.peak_memory() / 1e6:,.0f} MB"
    )


def table_1(info: DatasetInfo) -> str:
    """The row of the paper's Table 1 as a Markdown table."""
    row = set_statistics.table_1_row(info)
    cells = {
        name: set_statistics.format_cell(value) for name, value in row.items()
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


def _row(cells: Iterable[str], widths: list[int]) -> str:
    padded = (
        f"{cell:>{width}}" for cell, width in zip(cells, widths, strict=True)
    )
    return f"| {' | '.join(padded)} |"
