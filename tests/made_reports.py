"""A report over two small data sets and three systems, made once."""

from typing import NamedTuple

import pytest
from small_sets import NUM_LABELS, SYSTEMS, predict, write_set

from axml_tf.dataset.prepared_data import PreparedData
from axml_tf.evaluation import label_performance
from axml_tf.evaluation.measurement import measure
from axml_tf.evaluation.report.report_build import Settings, build
from axml_tf.evaluation.report.report_contents import Report
from axml_tf.evaluation.report.report_files import read_sets
from axml_tf.evaluation.truth import Truth
from axml_tf.formats.predictions import Provenance


class MadeReport(NamedTuple):
    """A report, the flags it was made of, and the true labels by set."""

    report: Report
    flags: dict[str, list[str]]
    truth: dict[str, dict[str, dict[str, list[int]]]]


@pytest.fixture(scope="session")
def made_report(tmp_path_factory) -> MadeReport:
    folder = tmp_path_factory.mktemp("report")
    flags = {
        name: []
        for name in (
            *("data_dirs", "predictions"),
            *("dev_predictions", "label_performance"),
        )
    }
    truth = {}
    for number, name in enumerate(("first", "second")):
        data_dir = folder / name
        truth[name] = write_set(data_dir, seed=number)
        flags["data_dirs"].append(f"{name}={data_dir}")
        for place, system in enumerate(SYSTEMS):
            made_by = Provenance(
                f"method {place}",
                *(90.0 * (place + 1), 6.0, 150.0, 9.0),
                *(3 * 2**30, "two cores"),
                *({"numpy": "2"}, {"seed": "0"}),
            )
            path = folder / f"{name}-{place}.npz"
            noise = 0.8 + 0.4 * place
            predict(
                *(truth[name]["test"], noise, place),
                made_by=None if system == "plain" else made_by,
            ).save(path)
            flags["predictions"].append(f"{name}:{system}={path}")
        path = folder / f"{name}-dev.npz"
        predict(truth[name]["dev"], 0.8).save(path)
        flags["dev_predictions"].append(f"{name}:{SYSTEMS[0]}={path}")
    _write_performance(folder, truth)
    flags["label_performance"].append(
        f"first:{SYSTEMS[1]}={folder / 'performance.npz'}"
    )
    sets = read_sets(**flags)
    settings = Settings(num_samples=200)
    return MadeReport(build(sets, SYSTEMS[0], settings), flags, truth)


def _write_performance(folder, truth):
    """AUC and AUPR of the second system from the scores of all labels."""
    split = Truth.load(PreparedData(folder / "first"), "test")
    everything = measure(
        predict(truth["first"]["test"], 1.2, 1, k=NUM_LABELS), split
    )
    one = label_performance.from_top_k(
        everything.predictions, everything.hits, split.labels, "f00d"
    )
    label_performance.LabelPerformance(
        *(one.auc, one.aupr, True, "f00d", 60)
    ).save(folder / "performance.npz")
