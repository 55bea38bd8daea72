import subprocess

import numpy as np

from axml_tf.evaluation.label_performance import LabelPerformance
from axml_tf.prediction.measure_labels import measure_labels
from axml_tf.runs.trained_model import TrainedModel
from benchmarks.programs import program


def test_command_writes_the_file(generated, trained_run, tmp_path):
    output = tmp_path / "labels.npz"
    done = subprocess.run(
        [
            program("measure-labels"),
            f"--model_dir={trained_run.model_dir}",
            f"--data_dir={generated.data.folder}",
            "--split=dev",
            f"--output={output}",
        ],
        capture_output=True,
        text=True,
    )
    assert done.returncode == 0, done.stderr
    assert done.stdout == f"10 labels, written to {output}\n"
    found = LabelPerformance.load(output)
    expected = measure_labels(
        TrainedModel(trained_run.model_dir),
        generated.data,
        "dev",
        work_dir=tmp_path,
    )
    np.testing.assert_allclose(found.auc, expected.auc)
    # The labels are planted: a model that knows them ranks them well.
    assert np.nanmean(found.auc) > 0.9
    assert found.is_exact
