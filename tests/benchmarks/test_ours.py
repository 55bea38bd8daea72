from benchmarks.sizes import Size
from benchmarks.workers import Worker

SIZE = Size(
    batch=3,
    tokens=6,
    embedding_dim=4,
    hidden_dim=2,
    num_labels=7,
    fc_dims=(5,),
    vocab_size=11,
)


def test_worker_makes_a_model_trains_and_predicts():
    # Embedding; both directions of the LSTM; values; label vectors; output.
    parameters = 11 * 4 + 2 * (4 + 2 + 1) * 4 * 2 + 2 * 2 * 5 + 7 * 4
    with Worker("benchmarks.ours") as ours:
        made = ours("make", size=vars(SIZE))
        assert made["parameters"] > 4 * parameters
        assert made["slots"] > 2 * 4 * parameters
        assert ours("step") > 0
        ours("set_batch", batch=2, lengths=[1, 4])
        assert ours("step") > 0
        assert ours("predict", top_k=5) > 0
        assert ours("matmul", width=8) > 0
        assert ours("peak_rss") > made["parameters"]
        assert "keras" in ours("versions")
