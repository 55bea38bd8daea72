"""Exports a trained model for TF Serving.

    axml-export --model_dir=MODEL --data_dir=DATA \\
        --output_dir=OUTPUT/axml

Makes OUTPUT/axml/1, or the next number. A server that watches OUTPUT/axml
takes it up by itself, and never sees it half-written.
"""

import os
import re
import tempfile
from pathlib import Path

import keras
import tensorflow as tf

from axml_tf.console.errors import UserError
from axml_tf.dataset.dataset_info import DatasetInfo, read_labels
from axml_tf.dataset.tokenizer import Tokenizer, load_tokenizer
from axml_tf.evaluation.evaluate import to_markdown
from axml_tf.export.model_card import MODEL_CARD_FILE, model_card
from axml_tf.export.serving_module import ServingModule
from axml_tf.export.warmup import write_warmup
from axml_tf.prediction.saved_model import versions
from axml_tf.runs.checkpoints import load_best_model
from axml_tf.runs.run_record import RunRecord, check_fits
from axml_tf.storage.files import atomic_directory
from axml_tf.storage.json_files import read_json


def export_model(
    model_dir: str | os.PathLike,
    data_dir: str | os.PathLike,
    output_dir: str | os.PathLike,
    version: int | None = None,
    top_k: int = 5,
    max_top_k: int = 100,
    evaluation: str | os.PathLike | None = None,
    data_licence: str = "",
) -> Path:
    """Writes the best checkpoint of a run as a SavedModel.

    On a machine with a GPU call it where TensorFlow does not see that GPU:
    the LSTM is exported for the devices that are seen.

    Args:
        model_dir: folder of the run.
        data_dir: folder of the data it was trained on.
        output_dir: folder of all versions.
        version: number of the new one; None for the highest there plus one.
        top_k: labels in an answer, at most all.
        max_top_k: most labels that a request may ask for, at most all.
        evaluation: report of axml-evaluate for the model card, if there is.
        data_licence: licence of the training data, for the model card.

    Returns:
        Folder of the new version.

    Raises:
        UserError: no trained model, the data are not those of its training,
            or the version exists.
    """
    for name, value in {"top_k": top_k, "max_top_k": max_top_k}.items():
        if value < 1:
            raise UserError(f"--{name} must be at least 1; received {value}.")
    path = _new_version(Path(output_dir), version)
    info = DatasetInfo.load(data_dir)
    check_fits(model_dir, data_dir, info)
    training = RunRecord.load(model_dir).training
    label_names = _label_names(data_dir, info)
    tokenizer = load_tokenizer(data_dir, info, training.max_length)
    report = _read_report(evaluation, info.fingerprint)
    model, model_config = load_best_model(model_dir)
    with atomic_directory(path) as temporary:
        _save(
            model,
            tokenizer,
            label_names,
            min(top_k, info.num_labels),
            min(max_top_k, info.num_labels),
            temporary,
        )
        try:
            write_warmup(
                temporary,
                path.parent.name,
                label_names[0],
                data_dir,
                info,
                tokenizer.max_length,
            )
        except ModuleNotFoundError as error:
            print(
                f"No warm-up requests: {error.name} is missing. A server's "
                "first answers will be slow; pip install 'axml_tf[serving]' "
                "before you export."
            )
        card = model_card(info, model_config, training, report, data_licence)
        (temporary / MODEL_CARD_FILE).write_text(card, encoding="utf-8")
    return path


def _read_report(
    path: str | os.PathLike | None, fingerprint: str
) -> dict | None:
    if path is None:
        return None
    try:
        report = read_json(path)
        found = report["dataset_fingerprint"]
    except (ValueError, KeyError, TypeError) as error:
        raise UserError(
            f"{path} is no report of axml-evaluate ({error})."
        ) from error
    if found != fingerprint:
        raise UserError(
            f"{path} measures a model of other data (fingerprint {found}, "
            f"expected {fingerprint})."
        )
    try:
        # Its texts stand in the model card.
        if not all(type(k) is int for k in report["ks"]):
            raise ValueError("`ks` must be integers")
        if not re.fullmatch(r"[\w-]+", report["split"]):
            raise ValueError("`split` must be the name of a split")
        to_markdown(report)
    except (ValueError, KeyError, TypeError) as error:
        raise UserError(
            f"{path} is no report of axml-evaluate ({error})."
        ) from error
    return report


def _new_version(output_dir: Path, version: int | None) -> Path:
    existing = versions(output_dir)
    if version is None:
        version = max(existing, default=0) + 1
    if version < 1:
        raise UserError(f"--version must be at least 1; received {version}.")
    if version in existing:
        raise UserError(
            f"{output_dir} has a version {version} already, and a version "
            "never changes. Pass another --version, or none for the next one."
        )
    return output_dir / str(version)


def _label_names(data_dir: str | os.PathLike, info: DatasetInfo) -> list[str]:
    names, _ = read_labels(data_dir)
    if len(names) != info.num_labels + info.num_unseen_labels:
        raise UserError(
            f"{data_dir} is damaged: labels.txt has {len(names)} labels, "
            f"dataset.json says {info.num_labels + info.num_unseen_labels}. "
            "Prepare the data again."
        )
    return names[: info.num_labels]


def _save(
    model: keras.Model,
    tokenizer: Tokenizer,
    label_names: list[str],
    top_k: int,
    max_top_k: int,
    path: Path,
) -> None:
    with tempfile.TemporaryDirectory() as folder:
        # Becomes assets/labels.txt; labels.txt of the data has counts too,
        # and labels that the model does not know.
        labels_file = Path(folder, "labels.txt")
        labels_file.write_text(
            "".join(f"{name}\n" for name in label_names),
            encoding="utf-8",
            newline="\n",
        )
        module = ServingModule(model, tokenizer, labels_file, top_k, max_top_k)
        tf.saved_model.save(
            module, os.fspath(path), signatures=module.signatures()
        )
