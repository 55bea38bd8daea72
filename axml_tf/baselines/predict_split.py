"""Trains a sparse system on a prepared data set and predicts a split.

    axml-baseline --system=parabel --data_dir=DATA \\
        --split=test --top_k=100 --output=FILE.npz

Reads the features that `axml_tf.data_prep.tf_idf` wrote. With --model_dir
the model is kept, and used the next time.
"""

import contextlib
import os
import tempfile
from pathlib import Path

import numpy as np
import scipy.sparse

from axml_tf.baselines import one_vs_rest, parabel
from axml_tf.baselines.model_record import ModelRecord, fingerprint
from axml_tf.console import machine, origin
from axml_tf.console.errors import UserError
from axml_tf.dataset import dataset_info, sparse_features
from axml_tf.dataset.data_identity import labels_hash
from axml_tf.dataset.dataset_info import DatasetInfo
from axml_tf.formats.predictions import Provenance, TopK
from axml_tf.storage.files import atomic_directory

SYSTEMS = {"parabel": parabel, "one_vs_rest": one_vs_rest}

_LIBRARIES = ("numpy", "scipy")


def predict_split(
    system: str,
    data_dir: str | os.PathLike,
    split: str,
    top_k: int,
    work_dir: str | os.PathLike,
    model_dir: str | os.PathLike | None = None,
    num_threads: int | None = None,
) -> TopK:
    """Predicts a split with a system trained on the training split.

    Args:
        system: one of `SYSTEMS`.
        data_dir: prepared data set that has features.
        split: name of the split.
        top_k: labels per document; all labels where there are fewer.
        work_dir: where a model that is not kept may stand meanwhile.
        model_dir: where the model is kept, and looked for; None not to.
        num_threads: that share the work; None for as many as there are
            cores.

    Returns:
        The predictions, with what they cost.

    Raises:
        UserError: features are missing or do not fit, a library is missing,
            or the model of `model_dir` is another one.
    """
    num_threads = num_threads or len(os.sched_getaffinity(0))
    info = DatasetInfo.load(data_dir)
    if not info.split(split).num_documents:
        raise UserError(f"The {split} split of {data_dir} has no documents.")
    labels = labels_hash(data_dir)
    document_ids = [
        name for name, _ in dataset_info.read_true_labels(data_dir, split)
    ]
    features = _read_features(data_dir, split)
    train_features = _read_features(data_dir, "train")
    if features.shape[1] != train_features.shape[1]:
        raise UserError(
            f"The features of {split} have {features.shape[1]} columns, those "
            f"of train {train_features.shape[1]}. Make all of them again, "
            f"with `{sparse_features.command(data_dir)}`."
        )
    with contextlib.ExitStack() as stack:
        if model_dir is None:
            model_dir = stack.enter_context(
                tempfile.TemporaryDirectory(prefix=f".{system}.", dir=work_dir)
            )
        record = _train(
            system,
            train_features,
            _read_train_labels(data_dir, info.num_labels),
            info.num_labels,
            Path(model_dir),
            num_threads,
        )
        watch = machine.Stopwatch()
        label_ids, scores = SYSTEMS[system].predict(
            Path(model_dir), features, min(top_k, info.num_labels), num_threads
        )
    made_by = Provenance(
        system,
        record.seconds,
        watch.seconds(),
        record.cpu_seconds,
        watch.cpu_seconds(),
        max(record.peak_memory, machine.peak_memory()),
        machine.describe(),
        origin.versions((*_LIBRARIES, *SYSTEMS[system].LIBRARIES)),
        {
            **record.settings,
            "training_threads": str(record.num_threads),
            "prediction_threads": str(num_threads),
            "training_data": record.data,
            dataset_info.LABELS_FILE: labels,
        },
    )
    return TopK(np.array(document_ids, np.str_), label_ids, scores, made_by)


def _train(
    system: str,
    features: scipy.sparse.csr_matrix,
    label_ids: list[list[int]],
    num_labels: int,
    model_dir: Path,
    num_threads: int,
) -> ModelRecord:
    """Trains a model, unless `model_dir` has it."""
    data = fingerprint(features, label_ids)
    settings = {k: str(v) for k, v in SYSTEMS[system].SETTINGS.items()}
    record = ModelRecord.load(model_dir)
    if record:
        record.check(model_dir, system, settings, data)
        return record
    with atomic_directory(model_dir) as folder:
        watch = machine.Stopwatch()
        usage = SYSTEMS[system].train(
            features, label_ids, num_labels, folder, num_threads
        )
        record = ModelRecord(
            system,
            settings,
            data,
            watch.seconds(),
            watch.cpu_seconds() + usage.others_cpu_seconds,
            usage.peak_memory,
            num_threads,
            machine.describe(),
        )
        record.save(folder)
    return record


def _read_features(
    data_dir: str | os.PathLike, split: str
) -> scipy.sparse.csr_matrix:
    # Features that came with the data may have any length. Rows of length 1
    # are what both systems' settings are meant for.
    return sparse_features.unit_rows(sparse_features.read(data_dir, split))


def _read_train_labels(
    data_dir: str | os.PathLike, num_labels: int
) -> list[list[int]]:
    label_ids = []
    for _, labels in dataset_info.read_true_labels(data_dir, "train"):
        for label in labels:
            if not 0 <= label < num_labels:
                raise UserError(
                    f"{dataset_info.true_labels_path(data_dir, 'train')} has "
                    f"label id {label}, training has {num_labels} labels. "
                    "Prepare the data again."
                )
        label_ids.append(labels)
    return label_ids
