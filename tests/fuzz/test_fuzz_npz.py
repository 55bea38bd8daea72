"""Files of arrays: predictions, label performance, features."""

import io
import zipfile

import numpy as np
import pytest
import scipy.sparse
from helpers import write_dataset
from hypothesis import given
from hypothesis import strategies as st
from mutations import corrupted, mutated
from promises import answer_or_refusal, check_message, time_limit

from axml_tf.console.errors import UserError
from axml_tf.dataset import sparse_features
from axml_tf.dataset.prepared_data import PreparedData
from axml_tf.evaluation.label_performance import LabelPerformance
from axml_tf.formats.predictions import Provenance, TopK


def save_predictions(path):
    TopK(
        np.array(["a", "ö", "c"]),
        np.array([[2, 0], [1, -1], [0, 1]], np.int32),
        np.array([[0.9, 0.5], [0.25, 0.0], [0.5, 0.5]], np.float32),
        Provenance("attention_xml", 1.5, settings={"seed": "0"}),
    ).save(path)


def save_label_performance(path):
    LabelPerformance(
        np.array([0.5, np.nan, 1.0]), np.array([0.1, np.nan, 1.0]), True, "f", 3
    ).save(path)


def save_features(path):
    matrix = np.array([[0, 0.5, 0], [0, 0, 0], [1, 0, 2]], np.float32)
    data = write_dataset(path.parent, {"test": [[]]})
    data.true_labels_path("test").write_text("a\t0\nb\t\nc\t1 2\n")
    sparse_features.write(path.parent, "test", scipy.sparse.csr_matrix(matrix))


def check_predictions(path):
    top_k = TopK.load(path)
    assert top_k.document_ids.dtype.kind == "U"
    assert top_k.label_ids.dtype.kind == "i"
    assert top_k.scores.dtype.kind == "f"


def check_label_performance(path):
    found = LabelPerformance.load(path)
    assert found.auc.dtype.kind == found.aupr.dtype.kind == "f"
    assert found.auc.ndim == found.aupr.ndim == 1


def check_features(path):
    matrix = sparse_features.read(PreparedData(path.parent), "test")
    assert matrix.dtype == np.float32 and matrix.shape[0] == 3
    assert (matrix.data != 0).all() and np.isfinite(matrix.data).all()
    # Where a column is out of range, this reads what is not its own.
    assert matrix.indices.size == 0 or (
        matrix.indices.min() >= 0 and matrix.indices.max() < matrix.shape[1]
    )


KINDS = {
    "test.npz": (save_predictions, check_predictions),
    "performance.npz": (save_label_performance, check_label_performance),
    "test.features.npz": (save_features, check_features),
}


@st.composite
def corrupted_archive(draw, content):
    """A file of arrays that is damaged, or whole and of damaged arrays."""
    with zipfile.ZipFile(io.BytesIO(content)) as archive:
        members = {name: archive.read(name) for name in archive.namelist()}
    if draw(st.booleans()):
        return draw(corrupted(_packed(members)))
    name = draw(st.sampled_from(sorted(members)))
    change = draw(st.integers(0, 9))
    if change == 0:
        del members[name]
    elif change == 1:
        members[draw(st.sampled_from(sorted(members)))] = members[name]
    elif change <= 4:
        # Mostly the header: behind it any bytes are numbers.
        head = members[name][:128]
        members[name] = draw(mutated(head)) + members[name][128:]
    else:
        members[name] = draw(_arrays(members[name]))
    return _packed(members)


def _packed(members):
    """An archive of no date, so that examples are the same each time."""
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w") as archive:
        for name, member in members.items():
            archive.writestr(
                zipfile.ZipInfo(name), member, zipfile.ZIP_DEFLATED
            )
    return packed.getvalue()


@st.composite
def _arrays(draw, content):
    """An array of another type or shape, or with other values."""
    array = np.load(io.BytesIO(content), allow_pickle=False)
    kind = draw(st.sampled_from(["dtype", "shape", "values", "text"]))
    if kind == "dtype":
        names = ["f2", "f8", "i1", "i8", "u8", "b1", "c8", "S3", "M8[s]", "V4"]
        array = np.zeros(array.shape, draw(st.sampled_from(names)))
    elif kind == "shape":
        shapes = [(), (0,), (2,), (3,), (1, 2), (3, 0), (3, 3), (3, 2, 1)]
        array = np.zeros(draw(st.sampled_from(shapes)), array.dtype)
    elif kind == "values" and array.dtype.kind in "fi":
        values = [-(2**31), -1, 2**31 - 1, 0, 3, 99]
        if array.dtype.kind == "f":
            values = [np.nan, np.inf, -np.inf, 1e38, -1.0, 0.0]
        array = array.copy()
        array.flat[:1] = draw(st.sampled_from(values))
    else:
        texts = ["", "null", "[]", "{}", '{"system": 3}', "[" * 2000, "1e999"]
        array = np.array(draw(st.sampled_from(texts)))
    buffer = io.BytesIO()
    np.save(buffer, array, allow_pickle=False)
    return buffer.getvalue()


@pytest.mark.parametrize("name", KINDS)
@given(data=st.data())
def test_corrupted_file_is_read_or_refused(name, tmp_path, data):
    save, check = KINDS[name]
    path = tmp_path / name
    save(path)
    path.write_bytes(data.draw(corrupted_archive(path.read_bytes())))
    with time_limit():
        try:
            check(path)
        except UserError as error:
            # How long it is, see below.
            assert len(str(error).splitlines()) == 1


@pytest.mark.parametrize("name", KINDS)
def test_whole_file_is_read(name, tmp_path):
    save, check = KINDS[name]
    save(tmp_path / name)
    assert not isinstance(answer_or_refusal(check, tmp_path / name), UserError)


def test_measures_of_different_numbers_of_labels_are_refused(tmp_path):
    path = tmp_path / "performance.npz"
    LabelPerformance(np.zeros(0), np.zeros(3), True, "f", 3).save(path)
    with pytest.raises(UserError):
        LabelPerformance.load(path)


def test_message_on_a_member_of_a_long_name_is_short(tmp_path):
    path = tmp_path / "test.npz"
    save_predictions(path)
    content = bytearray(path.read_bytes())
    content[27] = 4  # The name's length, in units of 256.
    path.write_bytes(content)
    with pytest.raises(UserError) as error:
        TopK.load(path)
    check_message(str(error.value))
