import json
import subprocess

import pytest
from small_sets import SYSTEMS

from axml_tf.evaluation.report import report_html, report_json, report_page
from benchmarks.programs import program

FLAGS = {
    "data_dirs": "data_dir",
    "predictions": "predictions",
    "dev_predictions": "dev_predictions",
    "label_performance": "label_performance",
}


def run_report(*arguments):
    return subprocess.run(
        [program("report"), *arguments],
        capture_output=True,
        text=True,
    )


def flags_of(made_report):
    return [
        f"--{FLAGS[name]}={entry}"
        for name, entries in made_report.flags.items()
        for entry in entries
    ]


def test_ending_says_what_is_written(made_report, tmp_path):
    expected = {
        ".json": report_json.render(made_report.report),
        ".html": report_html.render(report_page.lay_out(made_report.report)),
    }
    for ending, text in expected.items():
        output = tmp_path / f"report{ending}"
        done = run_report(
            *flags_of(made_report), "--num_samples=200", f"--output={output}"
        )
        assert done.returncode == 0, done.stderr
        assert output.read_text() == text
        assert "not made: Table 7" in done.stdout
        assert f"Written to {output}" in done.stdout


def test_flags_reach_the_report(made_report, tmp_path):
    output = tmp_path / "report.json"
    done = run_report(
        *flags_of(made_report),
        *(f"--against={SYSTEMS[2]}", "--num_samples=100", "--seed=7"),
        *("--propensity_a=0.5", "--propensity_b=0.4", f"--output={output}"),
    )
    assert done.returncode == 0, done.stderr
    report = json.loads(output.read_text())
    assert report["against"] == SYSTEMS[2]
    assert report["precision"]["p_values"][2] is None
    assert (report["seed"], report["num_samples"]) == (7, 100)
    assert (report["propensity_a"], report["propensity_b"]) == (0.5, 0.4)


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (["--output={tmp}/r.pdf"], "must end in one of .html, .md, .json"),
        (["--output={tmp}/r.md", "--against=x"], "--against=x is no system"),
        (["--output={tmp}/r.md", "--num_samples=1"], "num_samples"),
        ([], "--output"),
    ],
)
def test_wrong_command_ends_in_one_line(
    made_report, tmp_path, arguments, message
):
    done = run_report(
        *flags_of(made_report), *(a.format(tmp=tmp_path) for a in arguments)
    )
    assert done.returncode == 1
    assert message in done.stderr
    assert "Traceback" not in done.stderr
    assert list(tmp_path.iterdir()) == []
