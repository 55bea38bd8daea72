import dataclasses

import pytest
from helpers import write_dataset

from axml_tf.dataset.set_statistics import format_cell, table_1_row


@pytest.fixture
def info(tmp_path):
    info = write_dataset(tmp_path, {"train": [[]], "test": [[]]}).info
    filled = {
        "train": {"num_documents": 8, "num_words": 100, "num_labels": 12},
        "test": {"num_documents": 2, "num_words": 31, "num_labels": 3},
    }
    return dataclasses.replace(
        info,
        splits={
            name: dataclasses.replace(info.split(name), **fields)
            for name, fields in filled.items()
        },
    )


def test_row_has_the_columns_of_table_1(info):
    assert table_1_row(info) == {
        "N_train": 8,
        "N_test": 2,
        "D": 48,
        "L": 6,
        "L-bar": 15 / 10,
        "L-hat": 12 / 6,
        "W-bar train": 12.5,
        "W-bar test": 15.5,
    }


def test_set_without_a_test_split_has_gaps(info):
    splits = {"train": info.split("train")}
    row = table_1_row(dataclasses.replace(info, splits=splits))
    assert row["N_test"] is None
    assert row["W-bar test"] is None
    assert row["L-bar"] == 12 / 8


@pytest.mark.parametrize(
    ("value", "text"),
    [
        (None, "-"),
        (1186239, "1,186,239"),
        (5.296, "5.30"),
        (1248.58, "1,248.58"),
    ],
)
def test_numbers_are_printed_as_in_the_paper(value, text):
    assert format_cell(value) == text
