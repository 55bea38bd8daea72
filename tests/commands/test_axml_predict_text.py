import re
import subprocess
from pathlib import Path

import numpy as np

from axml_tf.export.describe import describe
from benchmarks.programs import program

ROOT = Path(__file__).parents[2]

# The model read three of the four words; the last column is padding.
TEXT = "Fish,\n der Fisch; naïve".encode()
ANSWER = {
    "labels": np.array([b"fishing policy", "pêche".encode()]),
    "probabilities": np.array([0.9, 0.25], np.float32),
    "starts": np.array([0, 7, 11, -1]),
    "ends": np.array([4, 10, 16, -1]),
    "attention": np.array(
        [[0.75, 0.05, 0.2, 0.0], [0.125, 0.375, 0.5, 0.0]], np.float32
    ),
}


def test_names_scores_and_words_are_written_out():
    assert describe(TEXT, ANSWER, 2, color=False).splitlines() == [
        "[Fish], [der] [Fisch]",
        "  0.900  fishing policy  fish 0.75, fisch 0.20, der 0.05",
        "  0.250  pêche           fisch 0.50, der 0.38, fish 0.12",
    ]


def test_top_k_cuts_the_labels():
    assert len(describe(TEXT, ANSWER, 1, color=False).splitlines()) == 2


def test_only_the_three_best_words_are_named_and_repeats_are_summed():
    text = b"a b C d c"
    answer = {
        "labels": np.array([b"x"]),
        "probabilities": np.array([1.0]),
        "starts": np.array([0, 2, 4, 6, 8]),
        "ends": np.array([1, 3, 5, 7, 9]),
        "attention": np.array([[0.3, 0.04, 0.2, 0.26, 0.2]]),
    }
    assert describe(text, answer, 1, color=False).splitlines() == [
        "[a] b [C] [d] [c]",
        "  1.000  x  c 0.40, a 0.30, d 0.26",
    ]


def test_color_takes_the_place_of_brackets():
    first = describe(TEXT, ANSWER, 2, color=True).splitlines()[0]
    assert first.startswith("\033[1;33mFish\033[0m, ")
    assert "[Fish]" not in first


def test_an_empty_text_has_labels_and_no_words():
    answer = {
        **ANSWER,
        "starts": np.array([-1]),
        "ends": np.array([-1]),
        "attention": np.zeros([2, 1], np.float32),
    }
    assert describe(b"", answer, 2, color=False).splitlines() == [
        "",
        "  0.900  fishing policy",
        "  0.250  pêche",
    ]


def ask(exported, *arguments: str, lines: bytes = b""):
    return subprocess.run(
        [
            program("predict-text"),
            f"--saved_model={exported}",
            *arguments,
        ],
        cwd=ROOT,
        input=lines,
        capture_output=True,
    )


def test_command_answers_arguments_and_lines(exported, trained):
    done = ask(
        exported.parent, "The fish", "-", "--top_k=2", lines=b"quota\xff\n\n"
    )
    assert done.returncode == 0, done.stderr
    lines = done.stdout.decode().splitlines()
    assert lines[::3] == ["[The] [fish]", "[quota\ufffd]", ""]
    label = re.compile(rf"  0\.\d{{3}}  ({'|'.join(trained.labels)})( |$)")
    for number, line in enumerate(lines):
        assert number % 3 == 0 or label.match(line), line


def test_command_refuses_more_labels_than_were_exported(exported):
    done = ask(exported, "The fish", "--top_k=4")
    assert done.returncode == 1
    assert done.stderr.decode().splitlines()[-1] == (
        "error: --top_k=4: the exported model answers with 3 labels. Export "
        "it again with a higher --top_k."
    )
    assert "Traceback" not in done.stderr.decode()
