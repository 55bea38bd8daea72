import subprocess

from raw_documents import prepare_raw, write_raw

from axml_tf.dataset import sparse_features
from benchmarks.programs import program


def test_features_are_written_beside_the_data(tmp_path):
    data = prepare_raw(write_raw(tmp_path / "raw"))
    done = subprocess.run(
        [
            program("features"),
            *(f"--data_dir={data.folder}", "--min_documents=1", "--text_form"),
        ],
        capture_output=True,
        text=True,
    )
    assert done.returncode == 0, done.stderr
    assert "train: 3 documents, 6 features, " in done.stdout
    lines = (data.folder / "features.txt").read_text().splitlines()
    # Two documents each; of equals the first by its bytes.
    assert lines[:3] == ["and\t2", "cats\t2", "dogs\t2"]
    assert len(lines) == 6
    for split in ("train", "dev", "test"):
        matrix = sparse_features.read(data, split)
        assert matrix.shape[1] == 6
        header = (data.folder / f"{split}.features.txt").read_text().split()
        assert header[:2] == [str(size) for size in matrix.shape]


def test_folder_that_is_no_data_set_ends_in_one_line(tmp_path):
    done = subprocess.run(
        [program("features"), f"--data_dir={tmp_path}"],
        capture_output=True,
        text=True,
    )
    assert done.returncode == 1
    assert "dataset.json is missing" in done.stderr.splitlines()[-1]
    assert "Traceback" not in done.stderr
