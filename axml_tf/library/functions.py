"""What `import axml_tf` offers, beside `Model`."""

import dataclasses
import difflib
import os
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any

from axml_tf.console.errors import UserError
from axml_tf.data_prep.prepare import prepare as prepare_data
from axml_tf.data_prep.prepare_config import PrepareConfig
from axml_tf.data_prep.readers.rows import Rows, RowsReader
from axml_tf.dataset.prepared_data import PreparedData
from axml_tf.evaluation.evaluate import evaluate as evaluate_predictions
from axml_tf.formats.predictions import TopK
from axml_tf.library.backends import Exported, InProcess, Served
from axml_tf.library.model import Model
from axml_tf.models.model_config import ModelConfig
from axml_tf.runs.run_record import CONFIG_FILE
from axml_tf.runs.trained_model import TrainedModel
from axml_tf.runs.training_config import TrainingConfig
from axml_tf.training.start import model_config_for
from axml_tf.training.start import train as train_model

# Settings of a config that come from elsewhere.
_FROM_DATA = ("vocab_size", "num_labels")
_FROM_ARGUMENTS = (
    *("input_dir", "output_dir", "format"),
    *("text_field", "labels_field", "id_field"),
)


def prepare(
    train: Rows,
    *,
    out: str | os.PathLike,
    test: Rows | None = None,
    dev: Rows | None = None,
    text: str = "text",
    labels: str = "labels",
    id: str = "id",
    **settings: Any,
) -> PreparedData:
    """Turns raw texts and labels into a prepared data set.

    Args:
        train: the training documents: a pandas DataFrame, a list (or another
            collection that can be gone through more than once) of
            dictionaries, or the path of a .jsonl, .jsonl.gz or .csv file.
        out: folder to make.
        test: the test documents, if there are any.
        dev: documents that training is measured on; without them a
            twentieth of the training documents (`valid_fraction`) takes
            their place.
        text: name of the column or field of the text.
        labels: that of the labels: a list of names, or one string that is
            split at `label_separator`, a space.
        id: that of the document's id; where the first document has none,
            its number is its id.
        **settings: other fields of `PrepareConfig`, such as `max_length`,
            `embeddings`, `overwrite`.

    Returns:
        The prepared data.

    Raises:
        UserError: a document cannot be read, a setting is unknown or out of
            range, or `out` exists.
    """
    known = _settings_of(PrepareConfig, _FROM_ARGUMENTS)
    _check_known(settings, known, "axml_tf.prepare")
    config = PrepareConfig(
        input_dir="the given documents",
        output_dir=out,
        text_field=text,
        labels_field=labels,
        id_field=id,
        **settings,
    )
    given = {"train": train, "dev": dev, "test": test}
    reader = RowsReader(
        {name: rows for name, rows in given.items() if rows is not None},
        config.fields(),
    )
    return prepare_data(config, reader)


def train(
    data: PreparedData | str | os.PathLike,
    model_dir: str | os.PathLike,
    **settings: Any,
) -> Model:
    """Trains a model, or resumes a run that was cut off.

    Args:
        data: what `prepare` has made, or its folder.
        model_dir: folder of the model: settings, checkpoints, TensorBoard's
            files. The same call again resumes the run that it holds.
        **settings: fields of `ModelConfig` and `TrainingConfig`, by the
            names of the flags of axml-train.

    Returns:
        The best model of the run.

    Raises:
        UserError: a setting is unknown or out of range, or data and settings
            do not fit each other or the run that `model_dir` holds.
        Resumable: a signal asked the run to end; a checkpoint is written.
    """
    data = _opened(data)
    of_model = _settings_of(ModelConfig, _FROM_DATA)
    of_training = _settings_of(TrainingConfig)
    _check_known(settings, [*of_model, *of_training], "axml_tf.train")
    train_model(
        model_config_for(data, **_part(settings, of_model)),
        TrainingConfig(**_part(settings, of_training)),
        data,
        model_dir,
    )
    return load(model_dir)


def load(
    place: str | os.PathLike,
    data: PreparedData | str | os.PathLike | None = None,
) -> Model:
    """Opens a model.

    Args:
        place: a folder that training has filled; an exported model, one
            version or the folder of all of them; or a server's model,
            `http://HOST:PORT/v1/models/NAME`.
        data: the data it was trained on, for a model folder of an earlier
            version, which does not keep vocabulary and labels itself.

    Raises:
        UserError: there is no model, or it is damaged.
    """
    if str(place).startswith(("http://", "https://")):
        return Model(Served(str(place)))
    if not Path(place).is_dir():
        raise UserError(
            f"{place} is no folder. Name a folder that training has filled, an "
            "exported model, or http://HOST:PORT/v1/models/NAME."
        )
    if Path(place, CONFIG_FILE).is_file():
        kept = None if data is None else _opened(data)
        return Model(InProcess(TrainedModel(place, kept)))
    return Model(Exported(place))


def evaluate(
    predictions: TopK | str | os.PathLike,
    data: PreparedData | str | os.PathLike,
    split: str = "test",
    **options: Any,
) -> dict[str, Any]:
    """Measures a predictions file on a split, as axml-evaluate does.

    Args:
        predictions: what axml-predict has written, or its path.
        data: the prepared data, or their folder.
        split: name of the split.
        **options: of `evaluation.evaluate.evaluate`: `ks`, `propensity_a`,
            `propensity_b`.

    Returns:
        The report; `["measures"]` has the figures in percent, by name.

    Raises:
        UserError: predictions and data do not fit each other.
    """
    if not isinstance(predictions, TopK):
        predictions = TopK.load(predictions)
    return evaluate_predictions(predictions, _opened(data), split, **options)


def _opened(data: PreparedData | str | os.PathLike) -> PreparedData:
    return data if isinstance(data, PreparedData) else PreparedData(data)


def _settings_of(config: type, without: Iterable[str] = ()) -> list[str]:
    names = [field.name for field in dataclasses.fields(config)]
    return [name for name in names if name not in without]


def _part(settings: Mapping[str, Any], names: list[str]) -> dict[str, Any]:
    return {name: settings[name] for name in names if name in settings}


def _check_known(
    settings: Mapping[str, Any], known: list[str], function: str
) -> None:
    for name in settings:
        if name not in known:
            near = difflib.get_close_matches(name, known, 1)
            hint = f" Did you mean {near[0]!r}?" if near else ""
            raise UserError(f"{function} has no setting {name!r}.{hint}")
