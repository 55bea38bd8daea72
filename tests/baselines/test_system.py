"""What every system promises."""

import sys
from importlib.metadata import version

import numpy as np
import pytest
from sparse_data import planted_set, random_features

from axml_tf.baselines.predict_split import SYSTEMS
from axml_tf.console.errors import UserError

pytest.importorskip("omikuji", reason="needs omikuji")
pytest.importorskip("sklearn", reason="needs scikit-learn")

NUM_LABELS = 4
MODULES = {"parabel": "omikuji", "one_vs_rest": "sklearn"}


@pytest.fixture(params=SYSTEMS)
def system(request):
    return SYSTEMS[request.param]


@pytest.fixture
def training_set():
    return planted_set(random_features(60, 8), NUM_LABELS)


def test_labels_come_best_first(system, training_set, tmp_path):
    usage = system.train(training_set, tmp_path, 1)
    assert 2**20 < usage.peak_memory < 2**36
    assert usage.others_cpu_seconds >= 0
    features = random_features(15, 8, seed=1)
    label_ids, scores = system.predict(tmp_path, features, 3, 1)
    assert label_ids.shape == scores.shape == (15, 3)
    assert (label_ids.dtype, scores.dtype) == (np.int32, np.float32)
    assert (np.diff(scores, axis=1) <= 0).all()
    assert ((scores >= 0) & (scores <= 1)).all()
    for row in label_ids.tolist():
        known = [label for label in row if label != -1]
        assert len(set(known)) == len(known)
        assert set(known) <= set(range(NUM_LABELS))


def test_libraries_are_installed_ones_and_settings_have_values(system):
    assert all(version(name) for name in system.LIBRARIES)
    assert all(
        isinstance(value, str | int | float)
        for value in system.SETTINGS.values()
    )


@pytest.mark.parametrize("name", SYSTEMS)
def test_library_that_is_missing_is_a_user_error(
    name, training_set, tmp_path, monkeypatch
):
    module = MODULES[name]
    for known in list(sys.modules):
        if known.partition(".")[0] == module:
            monkeypatch.delitem(sys.modules, known)
    # None in place of a module makes its import fail.
    monkeypatch.setitem(sys.modules, module, None)
    with pytest.raises(
        UserError, match=rf"needs {module}.*pip install 'axml_tf\[baselines\]'"
    ):
        SYSTEMS[name].train(training_set, tmp_path, 1)
