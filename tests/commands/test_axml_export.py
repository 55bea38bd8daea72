import shutil
import subprocess

import pytest
import tensorflow as tf

from benchmarks.programs import program


def export(*flags):
    return subprocess.run(
        [program("export"), *flags], capture_output=True, text=True
    )


def test_options_reach_the_export_and_a_report_its_card(
    trained_run, generated, tmp_path
):
    predictions, report = tmp_path / "top.npz", tmp_path / "report.json"
    for name, *flags in (
        (
            *("predict", f"--model_dir={trained_run.model_dir}"),
            *("--top_k=5", f"--output={predictions}"),
        ),
        ("evaluate", f"--predictions={predictions}", f"--output={report}"),
    ):
        subprocess.run(
            [program(name), f"--data_dir={generated.data.folder}", *flags],
            check=True,
            capture_output=True,
        )
    done = export(
        f"--model_dir={trained_run.model_dir}",
        *(f"--output_dir={tmp_path}/axml", "--version=7"),
        *("--top_k=2", "--max_top_k=3"),
        *(f"--evaluation={report}", "--data_licence=CC0"),
    )
    assert done.returncode == 0, done.stderr
    path = tmp_path / "axml" / "7"
    assert done.stdout.splitlines()[-1] == f"Exported to {path}."
    loaded = tf.saved_model.load(str(path))
    answer = loaded.signatures["serving_default"](text=tf.constant(["x"]))
    assert answer["labels"].shape == (1, 2)
    ask = loaded.signatures["top_k"]
    one = {"text": tf.constant(["x"]), "threshold": tf.zeros([1])}
    assert ask(k=tf.constant([3]), **one)["labels"].shape == (1, 3)
    with pytest.raises(tf.errors.InvalidArgumentError, match="from 1 to 3"):
        ask(k=tf.constant([4]), **one)
    card = (path / "model_card.md").read_text("utf-8")
    assert "CC0" in card
    assert "test, 200 documents" in card


def test_data_of_another_training_are_one_line(trained, tmp_path):
    other = shutil.copytree(trained.data_dir, tmp_path / "data")
    vocabulary = other / "vocab.txt"
    words = vocabulary.read_bytes().splitlines(True)
    vocabulary.write_bytes(b"".join(words[::-1]))
    done = export(
        f"--model_dir={trained.model_dir}",
        *(f"--data_dir={other}", f"--output_dir={tmp_path}/out"),
    )
    assert done.returncode == 1
    last = done.stderr.strip().splitlines()[-1]
    assert last.startswith(
        f"error: {trained.model_dir} was trained on other data than {other} "
        "holds: vocab.txt was "
    )
    assert not (tmp_path / "out").exists()
