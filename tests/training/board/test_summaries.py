import keras
import pytest
import tensorflow as tf
from summary_files import graphs, scalars, summaries
from tensorboard.plugins.hparams.api_pb2 import STATUS_SUCCESS
from tensorboard.plugins.hparams.plugin_data_pb2 import HParamsPluginData

from axml_tf.training.board.summaries import Summaries


def hparams_of(folder):
    """What stands there for the HParams page, in its order."""
    return [
        HParamsPluginData.FromString(value.metadata.plugin_data.content)
        for value in summaries(folder)
        if value.metadata.plugin_data.plugin_name == "hparams"
    ]


def test_each_scalar_is_a_point_of_its_curve(tmp_path):
    board = Summaries(tmp_path / "new")
    board.scalars(3, {"loss": 0.5, "rate": 2.0})
    board.scalars(7, {"loss": 0.25})
    board.finish(7)
    assert scalars(tmp_path / "new") == {
        "loss": {3: 0.5, 7: 0.25},
        "rate": {3: 2.0},
    }


def test_what_is_written_at_a_step_stands_at_that_step(tmp_path):
    board = Summaries(tmp_path)
    with board.at(11):
        tf.summary.scalar("own", 1.5)
    board.finish(12)
    assert scalars(tmp_path) == {"own": {11: 1.5}}


def test_settings_are_numbers_where_they_can_be_and_words_elsewhere(tmp_path):
    board = Summaries(tmp_path)
    board.settings(
        {"rate": 0.5, "units": 3, "lazy": True, "dims": (4, 2), "name": "x"},
        ["best/P@1"],
    )
    board.finish(0)
    experiment, start, _ = hparams_of(tmp_path)
    (metric,) = experiment.experiment.metric_infos
    assert metric.name.tag == "best/P@1"
    found = start.session_start_info.hparams
    assert found["rate"].number_value == 0.5
    assert found["units"].number_value == 3
    assert found["lazy"].bool_value is True
    assert found["dims"].string_value == "(4, 2)"
    assert found["name"].string_value == "x"


def test_graph_is_that_of_the_model(tmp_path):
    token_ids = keras.Input((None,), dtype="int32")
    vectors = keras.layers.Embedding(9, 4, name="word_vectors")(token_ids)
    board = Summaries(tmp_path)
    board.graph(keras.Model(token_ids, vectors))
    board.finish(0)
    (graph,) = graphs(tmp_path)
    fed = [node.name for node in graph.node if node.op == "Placeholder"]
    assert "token_ids" in fed
    assert any(node.name.startswith("word_vectors") for node in graph.node)


def test_only_a_finished_run_is_marked_as_one(tmp_path):
    board = Summaries(tmp_path)
    board.settings({"rate": 0.5}, [])
    board._writer.flush()
    assert not [x for x in hparams_of(tmp_path) if x.session_end_info.status]
    board.finish(5)
    assert hparams_of(tmp_path)[-1].session_end_info.status == STATUS_SUCCESS
    # Its file is closed.
    with pytest.raises(RuntimeError):
        board.scalars(6, {"loss": 0.5})
