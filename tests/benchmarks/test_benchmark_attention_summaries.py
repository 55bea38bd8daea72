import pytest

from axml_tf.models.model_config import ModelConfig
from axml_tf.models.systems.system_registry import make_system
from axml_tf.runs.training_config import TrainingConfig
from benchmarks.attention_summaries import TimedBoard


@pytest.fixture
def board(generated, tmp_path) -> TimedBoard:
    info = generated.data.info
    system = make_system(
        ModelConfig(
            info.vocab_size,
            info.num_labels,
            embedding_dim=4,
            hidden_dim=2,
            fc_dims=(3,),
        )
    )
    return TimedBoard(tmp_path, system, TrainingConfig(), generated.data)


def test_every_look_is_timed(board):
    board.run_begins()
    board.epoch_ends(epoch=1, step=20)
    board.epoch_ends(epoch=2, step=40)
    board.run_ends(step=40)
    assert len(board.choosing) == 1
    assert len(board.looking) == 3
    assert min(board.choosing + board.looking) > 0
    # Two of the looks are within the epochs.
    assert board.training[0] >= sum(board.looking[1:])
    assert 0 < board.share() <= 1


def test_share_is_that_of_the_whole_run(board):
    board.choosing, board.looking, board.training = [1.0], [2.0, 3.0], [7.0]
    assert board.share() == pytest.approx((1 + 2 + 3) / (1 + 2 + 7))
