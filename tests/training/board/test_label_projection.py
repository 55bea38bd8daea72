import functools

import numpy as np
import pytest
import requests
from boards import launch
from helpers import write_dataset

from axml_tf.training.board.label_projection import write_label_vectors


@pytest.fixture
def data(tmp_path):
    folder = tmp_path / "data"
    folder.mkdir()
    # The last one was never seen in training: the model has no vector of it.
    (folder / "labels.txt").write_text("fish: sea\t12\nétat\t3\nrare\t0\n")
    return write_dataset(
        folder, {"train": []}, num_labels=2, num_unseen_labels=1
    )


# What stands first decides whether a file is read as numbers at all.
@pytest.mark.parametrize("first", [b"\n\n\n\n", b"x\n23", b"\0\0\0\0"])
def test_projector_reads_vectors_and_names(data, tmp_path, first):
    vectors = np.random.default_rng(0).normal(size=(2, 5)).astype("float32")
    vectors[0, 0] = np.frombuffer(first, "<f4")[0]
    folder = tmp_path / "board"
    write_label_vectors(folder, vectors, data)
    url = f"{launch(folder)}data/plugin/projector"
    get = functools.partial(requests.get, timeout=60)
    (config,) = get(f"{url}/info?run=.").json()["embeddings"]
    assert config["tensorName"] == "label vectors"
    assert config["tensorShape"] == [2, 5]
    name = "run=.&name=label vectors"
    answer = get(f"{url}/tensor?{name}").content
    found = np.frombuffer(answer, "float32").reshape(2, 5)
    np.testing.assert_array_equal(found[:, 1:], vectors[:, 1:])
    assert found[0, 0] == pytest.approx(vectors[0, 0], rel=1e-4)
    assert get(f"{url}/metadata?{name}").content.decode() == (
        "label\ttraining documents\nfish: sea\t12\nétat\t3\n"
    )
