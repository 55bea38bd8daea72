"""A trained model, opened from the folder of its run."""

import functools
import os
from pathlib import Path

from axml_tf.console.errors import UserError
from axml_tf.dataset.prepared_data import PreparedData
from axml_tf.dataset.tokenizer import Tokenizer, load_tokenizer
from axml_tf.models.systems.system_registry import make_system
from axml_tf.runs import checkpoints
from axml_tf.runs.model_data import load_model_data
from axml_tf.runs.run_record import RunRecord, differences


class TrainedModel:
    """The best model of a run, with all that is needed to ask it.

    The only place that opens a trained model. Its folder is whole in itself:
    it keeps vocabulary and labels of the data.

    Args:
        folder: of the run.
        data: the data it was trained on, for a folder that an earlier version
            has made and that does not keep them; and to check that these are
            they.
        jit_compile: as in `NeuralSystem`.

    Attributes:
        folder: the same.
        record: what was trained, how, on what.
        data: vocabulary and labels.
        system: the neural system, with its best weights.

    Raises:
        UserError: there is no trained model, or it is damaged, or of other
            data.
    """

    def __init__(
        self,
        folder: str | os.PathLike,
        data: PreparedData | None = None,
        *,
        jit_compile: bool = False,
    ):
        self.folder = Path(folder)
        self.record = RunRecord.load(folder)
        if data is not None:
            self.check_fits(data)
        kept = load_model_data(folder) or data
        if kept is None:
            raise UserError(
                f"{folder} was trained by an earlier version and does not "
                "keep vocabulary and labels. Name the data it was trained on: "
                "--data_dir=DATA, in a program `data`."
            )
        self.check_fits(kept)
        self.data = kept
        self.system = make_system(self.record.model, jit_compile=jit_compile)
        checkpoints.restore_best(folder, self.system.model)

    @property
    def label_names(self) -> list[str]:
        """Names of its labels, by id."""
        return self.data.label_names

    @property
    def max_length(self) -> int:
        """Words that it reads of a text, at most."""
        return min(self.record.training.max_length, self.data.info.max_length)

    @functools.cached_property
    def tokenizer(self) -> Tokenizer:
        """From texts to the word ids that it was trained with."""
        return load_tokenizer(self.data, self.max_length)

    def check_fits(self, data: PreparedData) -> None:
        """Checks that it was trained on these data.

        Raises:
            UserError: it was not; what differs is named.
        """
        if differing := differences(self.record.data, data.identity()):
            raise UserError(
                f"{self.folder} was trained on other data than {data.folder} "
                f"holds: {'; '.join(differing)}. Name the data it was trained "
                "on."
            )
