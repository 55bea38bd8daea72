"""Labels have ids by their count, and no id changes later."""

import collections

import numpy as np

from axml_tf.data_prep.labels import Labels


def test_ids_are_by_descending_count_then_by_name():
    rng = np.random.default_rng(0)
    given = collections.Counter(f"label {i}" for i in rng.integers(0, 40, 200))
    labels = Labels(given)
    assert labels.num_seen == len(labels) == len(given)
    names = sorted(given)
    for name in names:
        before = [
            other
            for other in names
            if (-given[other], other) < (-given[name], name)
        ]
        assert labels.ids((name,)) == [len(before)]


def test_ids_of_a_document_ascend():
    labels = Labels(collections.Counter(a=3, b=2, c=1))
    assert labels.ids(("c", "a", "b")) == [0, 1, 2]
    assert labels.ids(()) == []


def test_unseen_labels_get_the_next_ids_as_they_turn_up():
    labels = Labels(collections.Counter(a=3, b=2))
    assert labels.ids(("z", "a")) == [0, 2]
    assert labels.ids(("y", "z")) == [2, 3]
    assert (labels.num_seen, len(labels)) == (2, 4)


def test_names_and_counts_are_written_by_id(tmp_path):
    labels = Labels(collections.Counter({"a\u2028b": 1, "two words": 2}))
    labels.ids(("unseen",))
    labels.write(tmp_path / "labels.txt")
    assert (tmp_path / "labels.txt").read_bytes() == (
        "two words\t2\na\u2028b\t1\nunseen\t0\n".encode()
    )
