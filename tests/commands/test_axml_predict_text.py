import re
import subprocess
from pathlib import Path

from benchmarks.programs import program

ROOT = Path(__file__).parents[2]


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
