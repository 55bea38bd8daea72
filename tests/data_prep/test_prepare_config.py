"""Values out of range are refused by the flag's name."""

import pytest

from axml_tf.console.errors import UserError
from axml_tf.data_prep.prepare_config import PrepareConfig
from axml_tf.data_prep.readers.fields import Fields


@pytest.mark.parametrize(
    "options",
    [
        {"format": "xml"},
        {"compression": "zip"},
        {"max_vocab_size": 2},
        {"min_count": 0},
        {"max_length": 0},
        {"num_shards": 0},
        {"valid_fraction": 1.0},
        {"label_separator": ""},
    ],
)
def test_values_out_of_range_name_the_flag(options):
    (name,) = options
    with pytest.raises(UserError, match=f"--{name} must"):
        PrepareConfig("in", "out", **options)


def test_choice_of_another_name_is_refused():
    with pytest.raises(UserError, match="--on_bad_record must be one of"):
        PrepareConfig("in", "out", on_bad_record="ignore")


@pytest.mark.parametrize(
    ("splits", "fraction", "expected"),
    [
        (["train", "test"], 0.1, ["train", "dev", "test"]),
        (["train"], 0.1, ["train", "dev"]),
        (["train", "test"], 0.0, ["train", "test"]),
        (["train", "dev", "test"], 0.1, ["train", "dev", "test"]),
    ],
)
def test_dev_split_is_made_where_there_is_none(splits, fraction, expected):
    config = PrepareConfig("in", "out", valid_fraction=fraction)
    assert config.output_splits(splits) == expected
    is_made = "dev" in expected and "dev" not in splits
    assert config.takes_dev_from_train(splits) is is_made


def test_fields_are_those_of_the_flags():
    config = PrepareConfig(
        *("in", "out"),
        text_field="body",
        labels_field="tags",
        id_field="key",
        label_separator=";",
    )
    assert config.fields() == Fields("body", "tags", "key", ";")
    assert PrepareConfig("in", "out").fields() == Fields()
