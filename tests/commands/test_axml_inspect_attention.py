import json
import re
import subprocess

import pytest

from benchmarks.programs import program


def inspect(*flags):
    return subprocess.run(
        [program("inspect"), *flags],
        capture_output=True,
        text=True,
    )


@pytest.fixture(scope="module")
def place(trained_run, generated):
    return (
        f"--model_dir={trained_run.model_dir}",
        f"--data_dir={generated.data.folder}",
    )


@pytest.fixture(scope="module")
def document_id(generated):
    lines = (generated.data.folder / "test.labels.txt").read_text().splitlines()
    return lines[5].split("\t")[0]


def test_document_of_a_data_folder_becomes_a_page(place, document_id, tmp_path):
    output = tmp_path / "page.html"
    done = inspect(*place, f"--document_id={document_id}", f"--output={output}")
    assert done.returncode == 0, done.stderr
    assert f"<title>{document_id}</title>" in output.read_text("utf-8")


def test_json_of_a_saved_model_and_a_check(saved_model):
    done = inspect(
        *(f"--saved_model={saved_model.parent}", "--text=some words"),
        *("--format=json", "--top_k=2", "--check=occlusion"),
    )
    assert done.returncode == 0, done.stderr
    answer = json.loads(done.stdout)
    assert len(answer["labels"]) == 2
    assert [word["word"] for word in answer["words"]] == ["some", "words"]
    assert "Fall of the probability" in done.stderr


def test_text_needs_nothing_but_the_folder_of_the_model(place):
    model_dir, _ = place
    done = inspect(model_dir, "--text=some words", "--format=terminal")
    assert done.returncode == 0, done.stderr
    # Five labels, each with the text below it.
    assert done.stdout.count("some") >= 5
    assert done.stdout.count("  most: ") == 5


def test_a_document_needs_the_data(place):
    model_dir, _ = place
    done = inspect(model_dir, "--document_id=3", "--format=terminal")
    assert done.returncode == 1
    last = done.stderr.strip().splitlines()[-1]
    assert last == "error: --data_dir says where the documents are."


def test_a_split_is_checked(place):
    done = inspect(
        *place, "--check=occlusion", "--max_documents=20", "--hidden_words=1"
    )
    assert done.returncode == 0, done.stderr
    assert "20 documents of test" in done.stdout
    found = re.findall(r"(?m)^ +(most|random|least) +(-?\d\S+)", done.stdout)
    falls = {name: float(mean) for name, mean in found}
    assert falls["most"] > 5 * max(falls["random"], falls["least"])


@pytest.mark.parametrize(
    ("flags", "words"),
    [
        (("--text=a",), "says where the page goes"),
        (("--text=a", "--format=json"), "Give one of --model_dir"),
        (("--rest=http://localhost:1", "--format=json"), "either --text or"),
        (
            ("--rest=http://localhost:1", "--text=a", "--format=json"),
            "/v1/models/axml:predict: no connection. Is a server",
        ),
        (
            ("--model_dir=x", "--text=a", "--format=terminal"),
            "x/config.json is missing: x holds no trained model. Train one",
        ),
    ],
)
def test_mistakes_are_one_line(flags, words):
    done = inspect(*flags)
    assert done.returncode == 1
    last = done.stderr.strip().splitlines()[-1]
    assert last.startswith("error: ") and words in last
