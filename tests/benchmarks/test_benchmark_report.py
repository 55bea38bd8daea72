import json

import pytest
from absl.testing import flagsaver

from benchmarks import report
from benchmarks.report import Report, rounds


@pytest.fixture(scope="module", autouse=True)
def values():
    """The flags, parsed; other modules' tests must not see them."""
    flags = report.flags.FLAGS
    report.define_flags()
    flags(["test"])
    yield flags
    for name in ("output", "repeats"):
        delattr(flags, name)


@pytest.fixture
def compared() -> Report:
    made = Report()
    made.compare("speed", [2.0, 9.0, 4.0], [1.0, 1.0, 4.0], ratio="x_ratio")
    made.add("shapes", [7])
    return made


def test_rounds_alternate_and_the_first_does_not_count():
    calls = []

    def call(name):
        calls.append(name)
        return len(calls)

    with flagsaver.flagsaver(repeats=2):
        results = rounds({"a": lambda: call("a"), "b": lambda: call("b")})
    assert calls == ["a", "b"] * 3
    assert results == {"a": [3, 5], "b": [4, 6]}


def test_rounds_can_do_without_warming_up():
    with flagsaver.flagsaver(repeats=1):
        assert rounds({"a": lambda: 1.0}, warm_up=False) == {"a": [1.0]}


def test_ratio_is_the_median_of_the_rounds_ratios(compared):
    assert compared.figures() == {
        "speed": 4.0,
        "peer_speed": 1.0,
        "x_ratio": 2.0,
        "shapes": 7,
    }


def test_table_has_the_peer_beside_ours(compared):
    assert compared.table() == (
        "figure   median  least   most   peer\n"
        "speed     4.000  2.000  9.000  1.000\n"
        "x_ratio   2.000  1.000  9.000\n"
        "shapes    7.000  7.000  7.000"
    )


def test_file_holds_figures_rounds_and_machine(compared, tmp_path, capsys):
    path = tmp_path / "new" / "x.json"
    with flagsaver.flagsaver(output=str(path)):
        compared.finish(seed=0)
    assert capsys.readouterr().out == compared.table() + "\n"
    content = json.loads(path.read_text())
    assert content["figures"] == compared.figures()
    assert content["details"]["seed"] == 0
    assert content["details"]["rounds"]["speed"] == [2, 9, 4]
    assert "python" in content["versions"]
    assert content["machine"]["cores"] >= 1
