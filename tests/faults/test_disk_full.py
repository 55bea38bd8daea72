"""No room on the disk: the old output stays, and the next run succeeds."""

import os
import shutil

import numpy as np
import pytest
from small_runs import state

pytestmark = pytest.mark.slow

PREPARE = "axml_tf.commands.prepare"
EXPORT = "axml_tf.commands.export"
TRAIN = "axml_tf.commands.train"
NUM_DOCUMENTS = 600


@pytest.fixture(scope="module")
def raw(tmp_path_factory):
    """Documents of random words, and vectors for these."""
    folder = tmp_path_factory.mktemp("raw")
    rng = np.random.default_rng(0)
    words = [f"w{chr(97 + i % 26)}{i:x}x" for i in range(2000)]
    for split in ("train", "dev"):
        texts = [" ".join(rng.choice(words, 60)) for _ in range(NUM_DOCUMENTS)]
        labels = [f"label{i % 7}" for i in range(NUM_DOCUMENTS)]
        for kind, lines in (("texts", texts), ("labels", labels)):
            path = folder / f"{split}_{kind}.txt"
            path.write_text("".join(f"{line}\n" for line in lines))
    (folder / "vectors.txt").write_text(
        "".join(f"{word} {' '.join(['0.25'] * 100)}\n" for word in words)
    )
    return folder


@pytest.fixture(scope="module")
def prepared(command, raw, tmp_path_factory):
    output = tmp_path_factory.mktemp("prepared") / "data"
    assert command(PREPARE, **prepare_flags(raw, output)).code == 0
    return output


@pytest.fixture(scope="module")
def exported(command, export_flags, tmp_path_factory):
    output = tmp_path_factory.mktemp("exported") / "exports"
    assert command(EXPORT, **export_flags, output_dir=output).code == 0
    return output


@pytest.fixture(scope="module")
def export_flags(trained_run):
    return {"model_dir": trained_run.model_dir}


def prepare_flags(raw, output):
    return {
        "input_dir": raw,
        "output_dir": output,
        "embeddings": raw / "vectors.txt",
        "num_shards": 1,
        "overwrite": True,
    }


def content(folder):
    return {
        str(path.relative_to(folder)): path.read_bytes()
        for path in folder.rglob("*")
        if path.is_file()
    }


def assert_one_clear_line(ended, reason):
    assert ended.code == 1, ended.output
    assert "Traceback" not in ended.output
    errors = [
        line for line in ended.output.splitlines() if line.startswith("error: ")
    ]
    assert errors == ended.output.splitlines()[-1:], ended.output
    assert reason in errors[0] and len(errors[0]) < 400
    return errors[0]


# Nothing can be written; the words between the passes; the records; the
# vectors, which are the largest file.
@pytest.mark.parametrize(
    ("most_bytes", "place"),
    [(0, ""), (3_000, ""), (300_000, ".tfrecord"), (500_000, "data")],
)
def test_preparation_without_room(
    command, raw, prepared, *, tmp_path, most_bytes, place
):
    output = tmp_path / "data"
    shutil.copytree(prepared, output)
    flags = prepare_flags(raw, output)
    before = content(output)
    assert max(map(len, before.values())) > most_bytes
    ended = command(PREPARE, most_bytes, **flags, seed=1)
    line = assert_one_clear_line(ended, "File too large")
    assert str(tmp_path) in line and place in line
    assert content(output) == before
    assert os.listdir(tmp_path) == ["data"]
    assert command(PREPARE, **flags, seed=1).code == 0
    assert content(output).keys() == before.keys()
    assert content(output) != before


def test_preparation_on_a_full_disk(command, raw, prepared, disk):
    folder = disk(2**27)
    output = folder / "data"
    shutil.copytree(prepared, output)
    flags = prepare_flags(raw, output)
    before = content(output)
    size = sum(map(len, before.values()))
    # Beside the old set there is room for half of the new one.
    disk(3 * size // 2)
    ended = command(PREPARE, **flags, seed=1)
    assert_one_clear_line(ended, "No space left on device")
    assert content(output) == before
    assert os.listdir(folder) == ["data"]
    disk(2**27)
    assert command(PREPARE, **flags, seed=1).code == 0
    assert content(output) != before


# Nothing can be written; the variables; the graph.
@pytest.mark.parametrize("most_bytes", [0, 1_000, 100_000])
def test_export_without_room(
    command, export_flags, exported, *, tmp_path, most_bytes
):
    output = tmp_path / "exports"
    shutil.copytree(exported, output)
    flags = {**export_flags, "output_dir": output}
    before = content(output)
    assert max(map(len, before.values())) > most_bytes
    ended = command(EXPORT, most_bytes, **flags)
    assert_one_clear_line(ended, "File too large")
    assert content(output) == before
    assert os.listdir(output) == ["1"]
    assert command(EXPORT, **flags).code == 0
    assert sorted(os.listdir(output)) == ["1", "2"]


def test_checkpoint_without_room(command, prepared, tmp_path):
    flags = {
        "data_dir": prepared,
        "embedding_dim": 100,
        "hidden_dim": 4,
        "fc_dims": 4,
        "max_epochs": 1,
        "attention_every": 0,
    }
    alone, model_dir = tmp_path / "alone", tmp_path / "model"
    assert command(TRAIN, **flags, model_dir=model_dir).code == 0
    before = content(model_dir / "latest")
    flags["max_epochs"] = 3
    size = max(map(len, before.values()))
    ended = command(TRAIN, size - 1, **flags, model_dir=model_dir)
    line = assert_one_clear_line(ended, "File too large")
    assert str(model_dir / "latest") in line
    assert content(model_dir / "latest") == before
    for folder in (model_dir, alone):
        assert command(TRAIN, **flags, model_dir=folder).code == 0
    for kind in ("latest", "best"):
        np.testing.assert_equal(state(model_dir, kind), state(alone, kind))
