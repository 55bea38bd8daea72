import re
import subprocess

import pytest

from benchmarks.programs import program
from benchmarks.server import Server


def ask(*arguments):
    return subprocess.run(
        [program("client"), *arguments], capture_output=True, text=True
    )


def test_both_apis_show_labels_and_words(exported, trained):
    with Server(f"--model_base_path={exported.parent}") as server:
        answers = [
            ask(where, "the fish quota")
            for where in (f"--grpc={server.grpc}", f"--rest={server.rest}")
        ]
    label = re.compile(rf"  0\.\d{{3}}  ({'|'.join(trained.labels)}) ")
    for done in answers:
        assert done.returncode == 0, done.stderr
        first, *labels = done.stdout.splitlines()
        assert first.replace("[", "").replace("]", "") == "the fish quota"
        assert len(labels) == 3
        assert all(label.match(line) for line in labels)
    assert answers[0].stdout == answers[1].stdout


@pytest.mark.parametrize(
    ("flags", "words"),
    [
        (["--grpc=localhost:1"], "localhost:1: "),
        ([], "Give either --grpc=HOST:PORT or --rest=URL."),
    ],
)
def test_mistakes_are_one_line(flags, words):
    done = ask(*flags, "text")
    assert done.returncode == 1
    assert done.stderr.splitlines()[-1].startswith(f"error: {words}")
    assert "Traceback" not in done.stderr
