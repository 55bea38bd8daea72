"""The model of `test_model_source.py`, by a SavedModel and by a server."""

import pytest
import source_checks
from source_checks import AWKWARD

from axml_tf.console.errors import UserError
from axml_tf.inspection.served_sources import RestSource, SavedModelSource
from axml_tf.prediction.saved_model import SavedModel
from benchmarks.server import Server

doors = pytest.mark.parametrize("door", ["saved_model", "rest"])


@pytest.fixture(scope="module")
def sources(saved_model):
    with Server(f"--model_base_path={saved_model.parent}") as server:
        yield {
            "saved_model": SavedModelSource(SavedModel(saved_model)),
            "rest": RestSource(server.rest, "axml"),
        }


@doors
def test_best_labels_are_the_models(sources, asked, door):
    source_checks.check_best_labels(sources[door], asked)


@doors
def test_labels_are_explained(sources, asked, door):
    source_checks.check_explanation(sources[door], asked)


@doors
def test_probabilities_of_a_label_in_each_text(sources, asked, door):
    source_checks.check_probabilities(sources[door], asked)


@doors
def test_mistakes_are_told_in_one_line(sources, asked, door):
    source_checks.check_mistakes(sources[door], asked)


@doors
@pytest.mark.parametrize("text", AWKWARD, ids=len)
def test_awkward_texts_are_explained(sources, asked, door, text):
    source_checks.check_awkward_text(sources[door], asked, text)


def test_server_that_is_not_there_is_told():
    source = RestSource("http://localhost:1", "axml")
    with pytest.raises(UserError, match="no connection"):
        source.best_labels(b"x", 1)
