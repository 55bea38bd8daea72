"""Serves exported models by TensorFlow Serving's own API.

    axml-serve --model_base_path=OUTPUT/axml

gRPC (PredictionService, ModelService) and REST (/v1/models/axml:predict, ...)
as the real server has them: the same clients and addresses work with both. It
is for development, tests and small installations; for more there is
TensorFlow Serving, and `export/serving/` has the files to start it with.

Needs the extra [serving].
"""

import asyncio
import logging
import sys
from pathlib import Path

from absl import flags

from axml_tf.console import errors, settings
from axml_tf.console.errors import UserError
from axml_tf.export.server.limits import Limits


def main(argv: list[str]) -> None:
    """Serves what the flags name."""
    values = flags.FLAGS
    try:
        from axml_tf.export.server import batching_parameters, lifetime
        from axml_tf.export.server.served_config import (
            ServedConfig,
            read_config,
        )
    except ModuleNotFoundError as error:
        raise UserError(
            f"{error.name} is missing: pip install 'axml_tf[serving]'."
        ) from error
    if bool(values.model_base_path) == bool(values.model_config_file):
        raise UserError("Give either --model_base_path or --model_config_file.")
    logging.basicConfig(
        stream=sys.stderr, format="%(asctime)s %(levelname)s %(message)s"
    )
    logging.getLogger("axml_serve").setLevel(logging.INFO)
    one_model = ServedConfig(
        values.model_name, Path(values.model_base_path or "")
    )

    def read() -> list[ServedConfig]:
        if values.model_config_file:
            return read_config(values.model_config_file)
        return [one_model]

    def started(address: lifetime.Address) -> None:
        print(
            f"Serving on {address.host}: gRPC port {address.grpc_port}, REST "
            f"port {address.rest_port}. Ctrl-C ends it.",
            flush=True,
        )

    parameters = None
    if values.batching and values.batching_parameters_file:
        parameters = batching_parameters.read_batching(
            values.batching_parameters_file
        )
    elif values.batching:
        parameters = batching_parameters.BatchingParameters()
    asyncio.run(
        lifetime.serve(
            read,
            lifetime.Address(values.host, values.grpc_port, values.rest_port),
            parameters=parameters,
            num_threads=(
                parameters.num_batch_threads
                if parameters
                else values.num_threads
            ),
            limits=Limits(**settings.values(Limits)),
            poll_seconds=values.file_system_poll_wait_seconds,
            started=started,
        )
    )


def run() -> None:
    """Runs this module as a command."""
    flags.DEFINE_string(
        "model_base_path", None, "Folder of all exported versions."
    )
    flags.DEFINE_string("model_name", "axml", "Name of the model in requests.")
    flags.DEFINE_string(
        "model_config_file",
        None,
        "Models to serve instead, as TensorFlow Serving takes them.",
    )
    flags.DEFINE_string(
        "host",
        "127.0.0.1",
        "Address to listen on. Others than this machine's own let everybody "
        "in: there are no passwords.",
    )
    flags.DEFINE_integer("grpc_port", 8500, "0: any that is free; -1: none.")
    flags.DEFINE_integer("rest_port", 8501, "0: any that is free; -1: none.")
    flags.DEFINE_bool("batching", False, "Put concurrent requests together.")
    flags.DEFINE_string(
        "batching_parameters_file",
        None,
        "When a batch goes, as TensorFlow Serving takes it; with --batching.",
    )
    flags.DEFINE_integer(
        "num_threads",
        4,
        "Requests worked on at once, without --batching.",
        lower_bound=1,
    )
    flags.DEFINE_float(
        "file_system_poll_wait_seconds",
        1.0,
        "Seconds between looks for new versions.",
        lower_bound=0.05,
    )
    settings.define(Limits)
    errors.run(main)
