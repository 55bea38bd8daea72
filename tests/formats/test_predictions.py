import numpy as np
import pytest

from axml_tf.console.errors import UserError
from axml_tf.formats.predictions import TopK


def example():
    return TopK(
        np.array(["a", "b c", "ü/漢"]),
        np.array([[4, 0], [1, -1], [-1, -1]], np.int32),
        np.array([[0.9, 0.5], [0.25, 0.0], [0.0, 0.0]], np.float32),
    )


def test_saved_predictions_come_back_unchanged(tmp_path):
    example().save(tmp_path / "new" / "x.npz")
    loaded = TopK.load(tmp_path / "new" / "x.npz")
    assert loaded.document_ids.tolist() == ["a", "b c", "ü/漢"]
    np.testing.assert_array_equal(loaded.label_ids, example().label_ids)
    np.testing.assert_array_equal(loaded.scores, example().scores)
    assert loaded.label_ids.dtype == np.int32
    assert loaded.scores.dtype == np.float32


def test_file_name_is_kept_as_given(tmp_path):
    # NumPy by itself would append .npz.
    example().save(tmp_path / "predictions")
    assert [path.name for path in tmp_path.iterdir()] == ["predictions"]
    assert len(TopK.load(tmp_path / "predictions").scores) == 3


def test_no_documents_are_allowed(tmp_path):
    TopK(
        np.zeros(0, np.str_),
        np.zeros((0, 5), np.int32),
        np.zeros((0, 5), np.float32),
    ).save(tmp_path / "x.npz")
    assert TopK.load(tmp_path / "x.npz").label_ids.shape == (0, 5)


@pytest.mark.parametrize(
    ("ids", "labels", "scores"),
    [((3,), (3, 2), (3, 3)), ((2,), (3, 2), (3, 2)), ((3,), (3,), (3,))],
)
def test_shapes_that_do_not_fit_are_an_error(ids, labels, scores):
    with pytest.raises(ValueError, match="must have shapes"):
        TopK(
            np.zeros(ids, np.str_),
            np.zeros(labels, np.int32),
            np.zeros(scores, np.float32),
        )


def test_missing_file_is_a_user_error(tmp_path):
    with pytest.raises(UserError, match=r"No predictions file at .*x\.npz"):
        TopK.load(tmp_path / "x.npz")


def test_truncated_file_is_a_user_error(tmp_path):
    path = tmp_path / "x.npz"
    example().save(path)
    content = path.read_bytes()
    for length in (0, 1, len(content) // 2, len(content) - 1):
        path.write_bytes(content[:length])
        with pytest.raises(UserError, match="no readable predictions file"):
            TopK.load(path)


def test_other_arrays_are_a_user_error(tmp_path):
    path = tmp_path / "x.npz"
    np.savez(path, document_ids=np.array(["a"]))
    with pytest.raises(UserError, match="no readable predictions file"):
        TopK.load(path)


def test_pickled_objects_are_not_loaded(tmp_path):
    path = tmp_path / "x.npz"
    np.savez(
        path,
        document_ids=np.array(["a", 1], object),
        label_ids=np.zeros((2, 1), np.int32),
        scores=np.zeros((2, 1), np.float32),
    )
    with pytest.raises(UserError, match="no readable predictions file"):
        TopK.load(path)


def test_failed_save_leaves_the_old_file(tmp_path, monkeypatch):
    path = tmp_path / "x.npz"
    example().save(path)

    def full_disk(*args, **kwargs):
        raise OSError("No space left on device")

    monkeypatch.setattr(np, "savez_compressed", full_disk)
    with pytest.raises(OSError, match="No space left"):
        example().save(path)
    assert [path.name for path in tmp_path.iterdir()] == ["x.npz"]
    assert len(TopK.load(path).scores) == 3


@pytest.mark.parametrize(
    "made_by",
    [
        "{",
        "[" * 100_000,
        "[]",
        '{"other": 1}',
        '{"system": 1}',
        '{"system": "a", "train_seconds": "1"}',
        '{"system": "a", "peak_memory": NaN}',
        '{"system": "a", "settings": {"b": [1]}}',
    ],
)
def test_provenance_of_another_kind_is_a_user_error(tmp_path, made_by):
    path = tmp_path / "x.npz"
    np.savez(
        path,
        document_ids=np.array(["a"]),
        label_ids=np.zeros((1, 1), np.int32),
        scores=np.zeros((1, 1), np.float32),
        made_by=np.array(made_by),
    )
    with pytest.raises(UserError, match="no readable predictions file"):
        TopK.load(path)
