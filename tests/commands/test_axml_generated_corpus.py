import subprocess

from axml_tf.data_prep.generated_corpus import write_generated_corpus
from benchmarks.programs import program

NUMBERS = {
    **{"num_train": 20, "num_test": 5, "num_labels": 4},
    **{"num_words": 7, "seed": 3},
}


def run(*arguments):
    return subprocess.run(
        [program("generated-corpus"), *arguments],
        capture_output=True,
        text=True,
    )


def test_flags_reach_the_corpus(tmp_path):
    done = run(
        f"--output_dir={tmp_path / 'raw'}",
        *(f"--{name}={number}" for name, number in NUMBERS.items()),
    )
    assert done.returncode == 0, done.stderr
    write_generated_corpus(tmp_path / "expected", **NUMBERS)
    contents = [
        {path.name: path.read_bytes() for path in (tmp_path / name).iterdir()}
        for name in ("raw", "expected")
    ]
    assert contents[0] == contents[1]
    assert len(contents[0]) == 7


def test_number_that_is_too_small_ends_in_one_line(tmp_path):
    done = run(f"--output_dir={tmp_path / 'raw'}", "--num_labels=2")
    assert done.returncode == 1
    assert done.stderr.splitlines()[-1] == (
        "error: --num_labels must be at least 3. Received: 2"
    )
    assert not (tmp_path / "raw").exists()
