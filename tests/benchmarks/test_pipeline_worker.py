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


def test_worker_reads_and_trains_an_epoch(tmp_path):
    with Worker("benchmarks.pipeline_worker") as worker:
        worker("make", size=vars(SIZE))
        worker("write", folder=str(tmp_path), num_batches=2)
        for name in ("read_epoch", "train_epoch", "train_cached"):
            assert worker.measure(name) > 0
