import subprocess

import pytest
from sparse_data import planted_labels, random_features, write_sparse_data

from axml_tf.formats.predictions import TopK
from benchmarks.programs import program

pytest.importorskip("omikuji", reason="needs omikuji")


def run(*arguments):
    return subprocess.run(
        [program("baseline"), *arguments], capture_output=True, text=True
    )


def test_predictions_are_written_and_the_model_kept(tmp_path):
    splits = {
        name: (features, planted_labels(features, 6))
        for name, features in (
            ("train", random_features(100, 15)),
            ("test", random_features(40, 15, seed=1)),
        )
    }
    data = write_sparse_data(tmp_path / "data", splits, 6)
    output = tmp_path / "new" / "p.npz"
    done = run(
        *("--system=parabel", f"--data_dir={data.folder}", "--top_k=2"),
        *("--split=test", f"--output={output}", "--num_threads=1"),
        f"--model_dir={tmp_path / 'model'}",
    )
    assert done.returncode == 0, done.stderr
    assert "trained in" in done.stdout
    assert f"40 documents, written to {output}" in done.stdout
    # Nothing of what omikuji says.
    assert "omikuji::" not in done.stdout
    assert [path.name for path in output.parent.iterdir()] == ["p.npz"]
    found = TopK.load(output)
    assert found.label_ids.shape == (40, 2)
    assert found.made_by.settings["prediction_threads"] == "1"
    assert (tmp_path / "model" / "model.json").is_file()


def test_folder_that_is_no_data_set_ends_in_one_line(tmp_path):
    done = run(
        *("--system=parabel", f"--data_dir={tmp_path}"),
        f"--output={tmp_path / 'p.npz'}",
    )
    assert done.returncode == 1
    assert "dataset.json is missing" in done.stderr.splitlines()[-1]
    assert "Traceback" not in done.stderr
    assert not (tmp_path / "p.npz").exists()
