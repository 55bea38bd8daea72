import tracemalloc

import pytest

from axml_tf.console.errors import UserError
from axml_tf.dataset.label_files import read_labels, read_true_labels


@pytest.mark.parametrize(
    ("name", "read"),
    [
        ("labels.txt", read_labels),
        ("dev.labels.txt", lambda path: list(read_true_labels(path))),
    ],
)
def test_huge_line_is_refused_before_it_is_read(tmp_path, name, read):
    path = tmp_path / name
    with open(path, "wb") as file:
        file.write(b"a\t1\n")
        file.truncate(2**30)  # A line of zeros that takes no disk.
    tracemalloc.start()
    try:
        with pytest.raises(UserError, match="line 2: expected fewer than"):
            read(path)
        assert tracemalloc.get_traced_memory()[1] < 2**25
    finally:
        tracemalloc.stop()


def test_labels_come_back_in_file_order(tmp_path):
    tmp_path.joinpath("labels.txt").write_text(
        "dairy products\t7\nÜ\x85\u2028x\t0\n", encoding="utf-8"
    )
    assert read_labels(tmp_path / "labels.txt") == (
        ["dairy products", "Ü\x85\u2028x"],
        [7, 0],
    )


@pytest.mark.parametrize(
    "line",
    ["name", "name\t", "name\t-1", "a\tb\t1", "a\t" + "9" * 5000, "a\t\u0661"],
)
def test_damaged_label_line_is_told_with_its_number(tmp_path, line):
    tmp_path.joinpath("labels.txt").write_text(f"good\t1\n{line}\n")
    with pytest.raises(UserError, match=r"labels\.txt, line 2: expected name"):
        read_labels(tmp_path / "labels.txt")


def test_true_labels_come_back_with_awkward_ids(tmp_path):
    tmp_path.joinpath("dev.labels.txt").write_text(
        "a\t3 1\nno label\t\nwith\ttab\t2\n\r\x0b\t0\n",
        encoding="utf-8",
        newline="\n",
    )
    assert list(read_true_labels(tmp_path / "dev.labels.txt")) == [
        ("a", [3, 1]),
        ("no label", []),
        ("with\ttab", [2]),
        ("\r\x0b", [0]),
    ]


@pytest.mark.parametrize(
    "line",
    [
        "id",
        "id 1 2",
        "id\t1 x",
        "id\t1.5",
        "id\t1_0",
        "id\t\u0661",
        "id\t1  2",
        "id\t" + "9" * 5000,
    ],
)
def test_damaged_truth_is_told_with_its_line(tmp_path, line):
    path = tmp_path / "dev.labels.txt"
    path.write_text(f"a\t1\n{line}\n")
    with pytest.raises(UserError, match=r"dev\.labels\.txt, line 2: expected"):
        list(read_true_labels(path))


@pytest.mark.parametrize("label_id", [-1, 10**8, 10**14])
def test_label_id_that_no_set_has_is_told(tmp_path, label_id):
    path = tmp_path / "dev.labels.txt"
    path.write_text(f"a\t1\nb\t2 {label_id} 3\n")
    with pytest.raises(
        UserError, match=f"line 2: there is no label id {label_id}"
    ):
        list(read_true_labels(path))


def test_missing_files_are_user_errors(tmp_path):
    with pytest.raises(UserError, match=r"labels\.txt is missing"):
        read_labels(tmp_path / "labels.txt")
    with pytest.raises(UserError, match=r"dev\.labels\.txt is missing"):
        list(read_true_labels(tmp_path / "dev.labels.txt"))
