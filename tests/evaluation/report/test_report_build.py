import dataclasses
from collections import Counter

import numpy as np
import pytest
from small_sets import SYSTEMS

from axml_tf.console.errors import UserError
from axml_tf.dataset.prepared_data import PreparedData
from axml_tf.evaluation.evaluate import evaluate
from axml_tf.evaluation.report.report_build import Settings, build
from axml_tf.evaluation.report.report_files import read_sets
from axml_tf.formats.predictions import TopK


def path_of(entry):
    return entry.partition("=")[2]


def test_measures_are_those_of_evaluate(made_report):
    systems = [s for one in made_report.report.sets for s in one.systems]
    folders = [path_of(e) for e in made_report.flags["data_dirs"]]
    for index, system in enumerate(systems):
        expected = evaluate(
            TopK.load(system.file),
            PreparedData(folders[index // len(SYSTEMS)]),
            "test",
        )["measures"]
        actual = {n: m.value for n, m in system.measures.items()}
        assert {n: actual[n] for n in expected} == pytest.approx(expected)
        assert all(m.low <= m.value <= m.high for m in system.measures.values())


def test_cells_go_over_sets_and_ranks(made_report):
    table = made_report.report.ndcg
    assert table.cells == [
        (one, f"nDCG@{k}") for one in ("first", "second") for k in (1, 3, 5)
    ]
    assert np.shape(table.values) == (6, 3)
    second = made_report.report.sets[1].systems
    assert table.values[5] == [s.measures["nDCG@5"].value for s in second]
    assert table.average_ranks == pytest.approx(np.mean(table.ranks, axis=0))
    assert table.p_values[0] is None
    # Six cells, of which the first system has the better of all.
    assert table.p_values[1:] == [2 / 2**6] * 2


def test_groups_come_from_all_scores_where_they_are_given(made_report):
    first, second = made_report.report.sets
    assert [s.groups_are_exact for s in first.systems] == [False, True, False]
    assert not any(s.groups_are_exact for s in second.systems)
    assert len(first.groups) == 3
    assert all(len(s.groups) == 3 for s in first.systems)
    truth = made_report.truth["first"]["test"]
    counts = Counter(label for labels in truth.values() for label in labels)
    often = [n for n in counts.values() if n >= 5]
    assert sum(g.num_labels for g in first.groups) == len(often)
    assert sum(g.share for g in first.groups) == pytest.approx(
        100 * sum(often) / counts.total()
    )


def test_pairs_of_systems_are_in_the_report(made_report):
    one = made_report.report.sets[0]
    assert [c.systems for c in one.consensuses] == [
        *((SYSTEMS[0], SYSTEMS[1]), (SYSTEMS[0], SYSTEMS[2]))
    ]
    assert len(one.overlaps) == 3


def test_what_is_missing_is_said(made_report):
    text = " ".join(made_report.report.sets[0].missing)
    assert "does not record the time that plain was trained" in text
    assert "F1 of plain: its threshold" in text
    assert f"F1 of {SYSTEMS[0]}" not in text


def test_one_system_has_measures_but_no_comparison(report_of_one):
    report = report_of_one
    assert report.precision.ranks == [[1.0]] * 3
    assert report.precision.p_values == [None]
    assert report.sets[0].systems[0].measures["P@1"].value > 0
    assert report.sets[0].overlaps == report.sets[0].consensuses == []
    assert "Tables 4 and 5" in report.sets[0].missing[0]


@pytest.mark.parametrize(
    ("key", "split"), [("predictions", "test"), ("dev_predictions", "dev")]
)
def test_unfit_file_is_named(made_report, tmp_path, key, split):
    flags = {name: list(v) for name, v in made_report.flags.items()}
    name, _, path = flags[key][0].partition("=")
    one = TopK.load(path)
    others = dataclasses.replace(
        one, document_ids=np.char.add("x", one.document_ids)
    )
    others.save(tmp_path / "others.npz")
    flags[key][0] = f"{name}={tmp_path / 'others.npz'}"
    with pytest.raises(
        UserError,
        match=rf"others\.npz: 60 of 60 documents of {split} have no predicti",
    ):
        build(read_sets(**flags), SYSTEMS[0], Settings(num_samples=100))


def test_empty_file_is_named(made_report, tmp_path):
    path = tmp_path / "empty.npz"
    path.touch()
    sets = read_sets(made_report.flags["data_dirs"][:1], [f"a={path}"])
    with pytest.raises(UserError, match=f"{path} is no readable predictions"):
        build(sets, "a", Settings(num_samples=100))


def test_settings_reach_the_report(made_report):
    flags = made_report.flags
    sets = read_sets(flags["data_dirs"][:1], flags["predictions"][:1])
    settings = Settings(propensity_a=0.0, seed=3, num_samples=100)
    one = build(sets, SYSTEMS[0], settings)
    other = build(sets, SYSTEMS[0], dataclasses.replace(settings, seed=4))
    # A = 0 weighs all labels alike: what is found of what there is at most.
    system = one.sets[0].systems[0]
    assert system.measures["PSP@1"].value > system.measures["P@1"].value
    assert (one.seed, one.num_samples, one.propensity_a) == (3, 100, 0.0)
    assert system.measures != other.sets[0].systems[0].measures
    again = build(sets, SYSTEMS[0], settings)
    assert system.measures == again.sets[0].systems[0].measures
