import subprocess

from raw_documents import prepare_raw, write_raw

from axml_tf.dataset.prepared_data import PreparedData
from benchmarks.programs import program


def run(*arguments):
    return subprocess.run(
        [program("prepare"), *arguments], capture_output=True, text=True
    )


def test_flags_reach_the_preparation(tmp_path):
    raw = write_raw(tmp_path / "raw")
    output = tmp_path / "data"
    done = run(
        *(f"--input_dir={raw}", f"--output_dir={output}", "--min_count=1"),
        *("--max_length=3", "--num_shards=2", "--compression=gzip"),
    )
    assert done.returncode == 0, done.stderr
    expected = prepare_raw(
        raw, min_count=1, max_length=3, num_shards=2, compression="gzip"
    )
    found = PreparedData(output)
    assert found.info == expected.info
    assert found.identity() == expected.identity()
    assert "| N_train | N_test |" in done.stdout
    assert "3 documents, 66.7% cut to 3 words" in done.stdout


def test_missing_folder_ends_in_one_line(tmp_path):
    done = run(f"--input_dir={tmp_path}/none", f"--output_dir={tmp_path}/out")
    assert done.returncode == 1
    last = done.stderr.splitlines()[-1]
    assert last == f"error: There is no input folder {tmp_path}/none."
    assert "Traceback" not in done.stderr
    assert not (tmp_path / "out").exists()
