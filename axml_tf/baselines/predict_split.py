"""Trains a sparse system on a prepared data set and predicts a split.

Reads the features that `data_prep/tf_idf.py` writes, or that came with the
data.
"""

import contextlib
import os
import tempfile
from pathlib import Path

import numpy as np

from axml_tf.baselines import one_vs_rest, parabel
from axml_tf.baselines.model_record import ModelRecord
from axml_tf.baselines.system import System
from axml_tf.baselines.training_set import (
    TrainingSet,
    read_features,
    read_training_set,
)
from axml_tf.console import machine, origin
from axml_tf.console.errors import UserError
from axml_tf.dataset import sparse_features
from axml_tf.dataset.dataset_info import LABELS_FILE
from axml_tf.dataset.prepared_data import PreparedData
from axml_tf.formats.predictions import Provenance, TopK
from axml_tf.storage.files import atomic_directory

SYSTEMS: dict[str, System] = {"parabel": parabel, "one_vs_rest": one_vs_rest}

_LIBRARIES = ("numpy", "scipy")


def predict_split(
    system: str,
    data: PreparedData,
    split: str,
    *,
    top_k: int,
    work_dir: str | os.PathLike,
    model_dir: str | os.PathLike | None = None,
    num_threads: int | None = None,
) -> TopK:
    """Predicts a split with a system trained on the training split.

    Prints how long that took.

    Args:
        system: one of `SYSTEMS`.
        data: has features.
        split: name of the split.
        top_k: labels per document; all labels where there are fewer.
        work_dir: where a model that is not kept stands meanwhile.
        model_dir: where the model is kept, and looked for; None to keep none.
        num_threads: that share the work; None for as many as there are
            cores.

    Returns:
        The predictions, with what they cost.

    Raises:
        UserError: features are missing or do not fit, a library is missing,
            or the model of `model_dir` is another one.
    """
    num_threads = num_threads or len(os.sched_getaffinity(0))
    if not data.info.split(split).num_documents:
        raise UserError(f"The {split} split of {data.folder} has no documents.")
    labels_hash = data.labels_hash
    document_ids = [name for name, _ in data.true_labels(split)]
    features = read_features(data, split)
    training_set = read_training_set(data)
    if features.shape[1] != training_set.features.shape[1]:
        raise UserError(
            f"The features of {split} have {features.shape[1]} columns, those "
            f"of train {training_set.features.shape[1]}. Make all of them "
            f"again, with `{sparse_features.command(data.folder)}`."
        )
    with contextlib.ExitStack() as stack:
        if model_dir is None:
            model_dir = stack.enter_context(
                tempfile.TemporaryDirectory(prefix=f".{system}.", dir=work_dir)
            )
        record = _train(system, training_set, Path(model_dir), num_threads)
        watch = machine.Stopwatch()
        label_ids, scores = SYSTEMS[system].predict(
            Path(model_dir),
            features,
            min(top_k, data.info.num_labels),
            num_threads,
        )
    seconds, cpu_seconds = watch.seconds(), watch.cpu_seconds()
    print(f"trained in {record.seconds:.1f} s, predicted in {seconds:.1f} s")
    made_by = Provenance(
        system,
        train_seconds=record.seconds,
        predict_seconds=seconds,
        train_cpu_seconds=record.cpu_seconds,
        predict_cpu_seconds=cpu_seconds,
        peak_memory=max(record.peak_memory, machine.peak_memory()),
        machine=machine.describe(),
        versions=origin.versions((*_LIBRARIES, *SYSTEMS[system].LIBRARIES)),
        settings={
            **record.settings,
            "training_threads": str(record.num_threads),
            "prediction_threads": str(num_threads),
            "training_data": record.data,
            LABELS_FILE: labels_hash,
        },
    )
    return TopK(np.array(document_ids, np.str_), label_ids, scores, made_by)


def _train(
    system: str, training_set: TrainingSet, model_dir: Path, num_threads: int
) -> ModelRecord:
    """Trains a model, unless `model_dir` has it."""
    data = training_set.fingerprint()
    settings = {k: str(v) for k, v in SYSTEMS[system].SETTINGS.items()}
    record = ModelRecord.load(model_dir)
    if record:
        record.check(model_dir, system, settings, data)
        return record
    with atomic_directory(model_dir) as folder:
        watch = machine.Stopwatch()
        usage = SYSTEMS[system].train(training_set, folder, num_threads)
        record = ModelRecord(
            system=system,
            settings=settings,
            data=data,
            seconds=watch.seconds(),
            cpu_seconds=watch.cpu_seconds() + usage.others_cpu_seconds,
            peak_memory=usage.peak_memory,
            num_threads=num_threads,
            machine=machine.describe(),
        )
        record.save(folder)
    return record
