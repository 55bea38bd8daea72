import subprocess

import pytest
import requests

from benchmarks.programs import program
from benchmarks.server import Server


def test_flags_reach_the_server(exported, tmp_path):
    parameters = tmp_path / "parameters.txt"
    parameters.write_text("max_batch_size { value: 4 }")
    with Server(
        *(f"--model_base_path={exported.parent}", "--model_name=laws"),
        *("--batching", f"--batching_parameters_file={parameters}"),
        "--max_request_rows=2",
    ) as server:
        place = f"{server.rest}/v1/models/laws:predict"
        answer = requests.post(place, json={"instances": ["a"]}, timeout=30)
        assert answer.status_code == 200
        answer = requests.post(place, json={"instances": ["a"] * 3}, timeout=30)
    assert answer.status_code == 400
    assert answer.json() == {"error": "A request has at most 2 rows; found 3."}


@pytest.mark.parametrize(
    ("flags", "message"),
    [
        (
            [],
            "Give either --model_base_path or --model_config_file.",
        ),
        (
            ["--model_base_path={tmp}"],
            "{tmp} holds no exported model. Make one with axml-export.",
        ),
        (
            ["--model_base_path={tmp}", "--max_requests=0"],
            "--max_requests must be at least 1; received 0.",
        ),
    ],
)
def test_mistakes_at_the_start_are_one_line(tmp_path, flags, message):
    done = subprocess.run(
        [program("serve"), *(flag.format(tmp=tmp_path) for flag in flags)],
        capture_output=True,
        text=True,
    )
    assert done.returncode == 1
    last = done.stderr.splitlines()[-1]
    assert last == f"error: {message.format(tmp=tmp_path)}"
    assert "Traceback" not in done.stderr
