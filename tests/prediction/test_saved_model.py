import numpy as np
import pytest

from axml_tf.console.errors import UserError
from axml_tf.prediction.saved_model import (
    SavedModel,
    newest_version,
    reason,
    versions,
)


def make_version(base_dir, name: str) -> None:
    (base_dir / name).mkdir(parents=True)
    (base_dir / name / "saved_model.pb").touch()


def test_newest_version_is_the_highest_number(tmp_path):
    for name in ("2", "10", "9", ".11.partial", "12a"):
        make_version(tmp_path, name)
    assert versions(tmp_path) == [2, 9, 10]
    assert newest_version(tmp_path) == tmp_path / "10"
    assert newest_version(tmp_path / "2") == tmp_path / "2"


def test_a_folder_without_a_model_is_no_version(tmp_path):
    make_version(tmp_path, "1")
    (tmp_path / "2").mkdir()
    assert newest_version(tmp_path) == tmp_path / "1"


@pytest.mark.parametrize("name", [".", "missing"])
def test_no_exported_model_is_told(tmp_path, name):
    with pytest.raises(UserError, match="holds no exported model"):
        SavedModel(tmp_path / name)


def test_a_damaged_model_is_told(tmp_path):
    make_version(tmp_path, "1")
    (tmp_path / "1" / "saved_model.pb").write_bytes(b"\xff" * 10)
    with pytest.raises(UserError, match="is damaged or was not made by"):
        SavedModel(tmp_path)


def test_every_signature_can_be_called(exported, call):
    model = SavedModel(exported.parent)
    texts = [b"the fish quota", b"\xff\x00"]
    inputs = {
        "text": texts,
        "k": np.array([1, 2], np.int32),
        "threshold": np.zeros(2, np.float32),
    }
    answer, expected = model.call("top_k", **inputs), call("top_k", **inputs)
    assert answer.keys() == expected.keys()
    assert answer["labels"].tolist() == expected["labels"].tolist()
    np.testing.assert_allclose(
        answer["probabilities"], expected["probabilities"], atol=1e-6
    )


@pytest.mark.parametrize(
    ("message", "line"),
    [
        ("assertion failed: k is 9\n\t [[{{node Assert}}]]", "k is 9"),
        ("Graph execution error:\n\nDetected\n  k is 9 [[{{node x", "k is 9"),
        ("k is 9", "k is 9"),
        ("[[{{node x}}]]", "[[{{node x}}]]"),
    ],
)
def test_reason_is_the_line_before_the_node(message, line):
    assert reason(message) == line
