"""From a trained model to a SavedModel that TF Serving takes."""

import os
import re
import tempfile
from pathlib import Path
from typing import Any

import tensorflow as tf

from axml_tf.console.errors import UserError
from axml_tf.evaluation.evaluate import to_markdown
from axml_tf.export.model_card import MODEL_CARD_FILE, model_card
from axml_tf.export.serving_module import ServingModule, write_label_names
from axml_tf.export.warmup import write_warmup
from axml_tf.prediction.saved_model import versions
from axml_tf.runs.trained_model import TrainedModel
from axml_tf.storage.files import atomic_directory
from axml_tf.storage.json_files import read_json


def export_model(
    model: TrainedModel,
    output_dir: str | os.PathLike,
    *,
    version: int | None = None,
    top_k: int = 5,
    max_top_k: int = 100,
    evaluation: str | os.PathLike | None = None,
    data_licence: str = "",
) -> Path:
    """Writes the best checkpoint of a run as a SavedModel.

    Makes OUTPUT_DIR/1, or the next number. A server that watches the folder
    takes it up by itself, and never sees it half-written.

    On a machine with a GPU call it where TensorFlow does not see that GPU:
    the LSTM is exported for the devices that are seen.

    Args:
        model: what is exported.
        output_dir: folder of all versions.
        version: number of the new one; None for the highest there plus one.
        top_k: labels in an answer, at most all.
        max_top_k: most labels that a request may ask for, at most all.
        evaluation: report of axml-evaluate for the model card, if there is.
        data_licence: licence of the training data, for the model card.

    Returns:
        Folder of the new version.

    Raises:
        UserError: the model has no attention, the report is none or of
            other data, or the version exists.
    """
    for name, value in {"top_k": top_k, "max_top_k": max_top_k}.items():
        if value < 1:
            raise UserError(f"--{name} must be at least 1; received {value}.")
    model.system.require_attention()
    path = _new_version(Path(output_dir), version)
    info = model.data.info
    report = _read_report(evaluation, info.fingerprint)
    with atomic_directory(path) as temporary:
        _save(
            model,
            temporary,
            top_k=min(top_k, info.num_labels),
            max_top_k=min(max_top_k, info.num_labels),
        )
        try:
            write_warmup(
                temporary,
                path.parent.name,
                model.data,
                max_length=model.max_length,
            )
        except ModuleNotFoundError as error:
            print(
                f"No warm-up requests: {error.name} is missing. A server's "
                "first answers will be slow; pip install 'axml_tf[serving]' "
                "before you export."
            )
        card = model_card(model, report, data_licence)
        (temporary / MODEL_CARD_FILE).write_text(card, encoding="utf-8")
    return path


def _read_report(
    path: str | os.PathLike | None, fingerprint: str
) -> dict[str, Any] | None:
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


def _save(
    model: TrainedModel, path: Path, *, top_k: int, max_top_k: int
) -> None:
    with tempfile.TemporaryDirectory() as folder:
        module = ServingModule(
            model.system,
            model.tokenizer,
            # labels.txt of the data has counts too, and labels that the model
            # does not know.
            write_label_names(model.label_names, Path(folder)),
            top_k=top_k,
            max_top_k=max_top_k,
        )
        tf.saved_model.save(
            module, os.fspath(path), signatures=module.signatures()
        )
