"""What is printed in the end, to the letter."""

import re

import pytest

from axml_tf.data_prep.embeddings import Coverage
from axml_tf.data_prep.preparation_report import (
    coverage_line,
    report,
    split_lines,
    table_1,
)
from axml_tf.dataset.dataset_info import DatasetInfo, SplitInfo

COVERAGE = Coverage(
    words=0.5, occurrences=0.755, numbers=0.1, num_numbers=1200, numbers_from=29
)


@pytest.fixture
def info():
    return DatasetInfo(
        vocab_size=1002,
        num_distinct_words=12_000,
        num_labels=30,
        num_unseen_labels=2,
        max_length=500,
        embedding_dim=None,
        embedding_coverage=None,
        compression="",
        splits={
            "train": SplitInfo(1000, 55_000, 1500, 250, 4, 0, (), ()),
            "test": SplitInfo(500, 20_000, 600, 5, 0, 7, (), ()),
        },
        fingerprint="",
        format_version=2,
        schema_version=1,
        tokenizer_version=1,
        versions={},
    )


def test_row_of_table_1_is_aligned_markdown(info):
    # (1500 + 600) / (1000 + 500), 1500 / 30, 55000 / 1000, 20000 / 500
    assert table_1(info).splitlines() == [
        "| N_train | N_test |      D |   L | L-bar | L-hat | "
        "W-bar train | W-bar test |",
        "| ------: | -----: | -----: | --: | ----: | ----: | "
        "----------: | ---------: |",
        "|   1,000 |    500 | 12,000 |  30 |  1.40 | 50.00 | "
        "      55.00 |      40.00 |",
    ]


def test_splits_tell_cut_texts_and_labels_without_training(info):
    assert split_lines(info, {"train": 0, "test": 2}) == [
        "train: 1,000 documents, 25.0% cut to 500 words, 4 without labels",
        "test: 500 documents, 1.0% cut to 500 words, 0 without labels; 2 "
        "labels are not in training (7 of 600 label occurrences): they stay "
        "in evaluation as misses",
    ]


def test_coverage_tells_where_numbers_start():
    line = (
        "vectors: 50.0% of the vocabulary, 75.5% of its occurrences in "
        "training; 10.0% of 1,200 numbers"
    )
    assert coverage_line(COVERAGE._replace(numbers_from=0)) == line
    assert coverage_line(COVERAGE) == (
        f"{line}, the others start at the mean of 29 number words"
    )


@pytest.mark.parametrize("coverage", [None, COVERAGE])
def test_report_ends_with_what_it_cost(info, capsys, coverage):
    report(info, {"train": 0, "test": 2}, coverage, seconds=3.0)
    *lines, costs = capsys.readouterr().out.splitlines()
    assert lines == [
        *table_1(info).splitlines(),
        "",
        *split_lines(info, {"train": 0, "test": 2}),
        "vocabulary: 1,002 entries",
        *([coverage_line(coverage)] if coverage else []),
    ]
    found = re.fullmatch(
        r"1,500 documents in 3 s, 500 docs/s, peak memory ([\d,]+) MB", costs
    )
    assert 10 < int(found[1].replace(",", "")) < 10**5
