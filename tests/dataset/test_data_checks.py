import dataclasses

import pytest
from helpers import write_dataset

from axml_tf.console.errors import UserError
from axml_tf.dataset.data_checks import check_data
from axml_tf.dataset.prepared_data import PreparedData


@pytest.fixture
def data(tmp_path):
    """50 words, 6 labels of training and 2 others."""
    return write_dataset(tmp_path, {"train": [[]]}, num_unseen_labels=2)


def refusal(data):
    with pytest.raises(UserError) as error:
        check_data(data)
    return str(error.value)


def test_data_as_they_were_written_pass(data):
    check_data(data)


@pytest.mark.parametrize("name", ["schema_version", "tokenizer_version"])
@pytest.mark.parametrize("change", [-1, 1])
def test_another_version_is_refused(data, name, change):
    version = getattr(data.info, name)
    dataclasses.replace(data.info, **{name: version + change}).save(data.folder)
    assert refusal(PreparedData(data.folder)) == (
        f"{data.folder}/dataset.json has {name} {version + change}, this "
        f"program reads {version}. Prepare the data again."
    )


@pytest.mark.parametrize(
    ("name", "count"), [("vocab.txt", 50), ("labels.txt", 8)]
)
def test_line_too_many_or_too_few_is_refused(data, name, count):
    path = data.folder / name
    lines = path.read_bytes().splitlines(keepends=True)
    for found in (lines[:-1], [*lines, b"more\t1\n"], []):
        path.write_bytes(b"".join(found))
        assert refusal(data) == (
            f"{path} has {len(found)} lines, dataset.json says {count}. "
            "Prepare the data again."
        )
    path.unlink()
    assert refusal(data) == f"{path} is missing. Prepare the data again."


def test_lines_are_counted_in_large_files_too(tmp_path):
    # Lines that stand across the blocks which are read at once.
    data = write_dataset(tmp_path, {"train": [[]]}, vocab_size=200_000)
    assert data.vocabulary_path.stat().st_size > 1.5 * 2**20
    check_data(data)
    with open(data.vocabulary_path, "ab") as file:
        file.write(b"more\n")
    assert "has 200,001 lines, dataset.json says 200,000" in refusal(data)
