import tensorflow as tf
from tensorflow.core.protobuf import saved_model_pb2

# Those of TensorFlow Text that the graph needs; export/serving/README.md says
# which versions of TensorFlow Serving link them.
TEXT_OPS = {"RegexSplitWithOffsets"}


def test_all_other_ops_are_tensorflows_own(exported):
    saved_model = saved_model_pb2.SavedModel.FromString(
        (exported / "saved_model.pb").read_bytes()
    )
    graph = saved_model.meta_graphs[0].graph_def
    functions = graph.library.function
    ops = {node.op for node in graph.node}
    ops |= {node.op for function in functions for node in function.node_def}
    ops -= {function.signature.name for function in functions}
    # `tf.raw_ops` has every op of TensorFlow itself.
    assert ops - set(dir(tf.raw_ops)) == TEXT_OPS
