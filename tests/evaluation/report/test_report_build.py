import dataclasses
from collections import Counter

import numpy as np
import pytest
from small_sets import NUM_LABELS, SYSTEMS, predict, write_set

from axml_tf.console.errors import UserError
from axml_tf.evaluation import thresholds
from axml_tf.evaluation.combination import combine
from axml_tf.evaluation.evaluate import evaluate
from axml_tf.evaluation.measurement import measure
from axml_tf.evaluation.report.report_build import Settings, build
from axml_tf.evaluation.report.report_files import read_sets
from axml_tf.evaluation.truth import Truth
from axml_tf.formats.predictions import TopK


def path_of(entry):
    return entry.partition("=")[2]


def test_measures_are_those_of_evaluate(made_report):
    systems = [s for one in made_report.report.sets for s in one.systems]
    folders = [path_of(e) for e in made_report.flags["data_dirs"]]
    for index, system in enumerate(systems):
        expected = evaluate(
            TopK.load(system.file), folders[index // len(SYSTEMS)], "test"
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


def test_f1_is_at_the_threshold_of_dev(made_report):
    folder = path_of(made_report.flags["data_dirs"][0])
    measured = []
    for split, key in (("dev", "dev_predictions"), ("test", "predictions")):
        truth = Truth.load(folder, split)
        one = measure(
            TopK.load(path_of(made_report.flags[key][0])), truth, folder
        )
        measured.append((one.predictions, one.hits, truth.labels))
    picked = thresholds.best_micro(*measured[0]).score
    found = made_report.report.sets[0].systems[0].f1
    assert found.micro_threshold == picked
    assert found.micro == 100 * thresholds.micro_f1(*measured[1], picked)
    assert made_report.report.sets[0].systems[1].f1 is None


def test_consensus_is_of_the_reference_and_each_other(made_report):
    one = made_report.report.sets[0]
    assert [c.systems for c in one.consensuses] == [
        *((SYSTEMS[0], SYSTEMS[1]), (SYSTEMS[0], SYSTEMS[2]))
    ]
    pair = [TopK.load(one.systems[i].file) for i in (0, 1)]
    folder = path_of(made_report.flags["data_dirs"][0])
    expected = evaluate(combine(pair, "consensus", 5), folder, "test")[
        "measures"
    ]
    found = one.consensuses[0].measures
    assert {n: expected[n] for n in found} == pytest.approx(found)


def test_overlap_has_every_pair_of_systems(made_report):
    pairs = [o.systems for o in made_report.report.sets[0].overlaps]
    assert pairs == [
        *((SYSTEMS[0], SYSTEMS[1]), (SYSTEMS[0], SYSTEMS[2])),
        (SYSTEMS[1], SYSTEMS[2]),
    ]


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


def test_what_is_missing_is_said(made_report):
    text = " ".join(made_report.report.sets[0].missing)
    assert "does not record the time that plain was trained" in text
    assert "F1 of plain: its threshold" in text
    assert f"F1 of {SYSTEMS[0]}" not in text


def test_one_system_has_measures_but_no_comparison(made_report):
    flags = made_report.flags
    sets = read_sets(flags["data_dirs"][:1], flags["predictions"][:1])
    report = build(sets, SYSTEMS[0], Settings(num_samples=100))
    assert report.precision.ranks == [[1.0]] * 3
    assert report.precision.p_values == [None]
    assert report.sets[0].systems[0].measures["P@1"].value > 0
    assert report.sets[0].overlaps == report.sets[0].consensuses == []
    assert "Tables 4 and 5" in report.sets[0].missing[0]


def test_scores_that_are_no_probabilities_make_no_consensus(
    made_report, tmp_path
):
    flags = made_report.flags
    one = TopK.load(path_of(flags["predictions"][0]))
    dataclasses.replace(one, scores=one.scores * 9).save(tmp_path / "x.npz")
    sets = read_sets(
        flags["data_dirs"][:1],
        [flags["predictions"][0], f"margins={tmp_path / 'x.npz'}"],
    )
    (found,) = build(sets, SYSTEMS[0], Settings(num_samples=100)).sets
    assert found.consensuses == []
    assert any("Table 5" in m and "with margins" in m for m in found.missing)


def change(document_ids=None, label_ids=None, scores=None):
    """A way to spoil predictions: functions of each array."""

    def spoil(one):
        same = lambda array: array  # noqa: E731
        return TopK(
            (document_ids or same)(one.document_ids.copy()),
            (label_ids or same)(one.label_ids.copy()),
            (scores or same)(one.scores.copy()),
        )

    return spoil


def put(value):
    def write(array):
        array[0, 1] = value
        return array

    return write


SPOILED = {
    "other documents": (
        change(document_ids=lambda names: np.char.add("x", names)),
        "60 of 60 documents of test have no prediction",
    ),
    "a document twice": (
        change(document_ids=lambda names: names[[0, 0, *range(2, 60)]]),
        "1 predictions repeat a document",
    ),
    "labels of another set": (
        change(label_ids=put(NUM_LABELS)),
        f"the data set has {NUM_LABELS} labels",
    ),
    "NaN": (change(scores=put(np.nan)), "a score that is not a number"),
    "no documents": (
        lambda one: TopK(
            one.document_ids[:0], one.label_ids[:0], one.scores[:0]
        ),
        "hold no document, test has 60",
    ),
}


@pytest.mark.parametrize("fault", SPOILED)
@pytest.mark.parametrize("key", ["predictions", "dev_predictions"])
def test_unfit_file_is_named(made_report, tmp_path, fault, key):
    spoil, message = SPOILED[fault]
    flags = {name: list(v) for name, v in made_report.flags.items()}
    path = tmp_path / "spoiled.npz"
    entry = flags[key][0]
    spoil(TopK.load(path_of(entry))).save(path)
    flags[key][0] = f"{entry.partition('=')[0]}={path}"
    message = message.replace("test", "dev") if key[0] == "d" else message
    with pytest.raises(UserError, match=f"{path}: .*{message}"):
        build(read_sets(**flags), SYSTEMS[0], Settings(num_samples=100))


def test_empty_file_is_named(made_report, tmp_path):
    path = tmp_path / "empty.npz"
    path.touch()
    sets = read_sets(made_report.flags["data_dirs"][:1], [f"a={path}"])
    with pytest.raises(UserError, match=f"{path} is no readable predictions"):
        build(sets, "a", Settings(num_samples=100))


def test_performance_of_another_set_is_refused(made_report, tmp_path):
    truth = write_set(tmp_path / "data", fingerprint="other")
    predict(truth["test"], 1.0).save(tmp_path / "x.npz")
    performance = path_of(made_report.flags["label_performance"][0])
    sets = read_sets(
        [str(tmp_path / "data")],
        [f"a={tmp_path / 'x.npz'}"],
        [],
        [f"a={performance}"],
    )
    with pytest.raises(UserError, match=f"{performance} is of another data"):
        build(sets, "a", Settings(num_samples=100))


def test_settings_reach_the_report(made_report):
    flags = made_report.flags
    sets = read_sets(flags["data_dirs"][:1], flags["predictions"][:1])
    settings = Settings("test", 0.0, 1.5, seed=3, num_samples=100)
    one = build(sets, SYSTEMS[0], settings)
    other = build(sets, SYSTEMS[0], dataclasses.replace(settings, seed=4))
    # A = 0 weighs all labels alike: what is found of what there is at most.
    system = one.sets[0].systems[0]
    assert system.measures["PSP@1"].value > system.measures["P@1"].value
    assert (one.seed, one.num_samples, one.propensity_a) == (3, 100, 0.0)
    assert system.measures != other.sets[0].systems[0].measures
    again = build(sets, SYSTEMS[0], settings)
    assert system.measures == again.sets[0].systems[0].measures
