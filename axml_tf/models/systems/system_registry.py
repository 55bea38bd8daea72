"""The neural systems there are. A new one is a file, and a line here."""

from axml_tf.console.errors import UserError
from axml_tf.models.model_config import ModelConfig
from axml_tf.models.systems.attention_xml import AttentionXML
from axml_tf.models.systems.neural_system import NeuralSystem
from axml_tf.models.systems.xml_cnn import XmlCnn
from axml_tf.models.systems.xml_rnn import XmlRnn

SYSTEMS: dict[str, type[NeuralSystem]] = {
    "attention_xml": AttentionXML,
    "xml_rnn": XmlRnn,
    "xml_cnn": XmlCnn,
}


def system_class(config: ModelConfig) -> type[NeuralSystem]:
    """The class of the system that `config.model` names.

    Raises:
        UserError: there is none of this name.
    """
    if config.model not in SYSTEMS:
        raise UserError(
            f"--model must be one of {', '.join(SYSTEMS)}; received "
            f"{config.model!r}."
        )
    return SYSTEMS[config.model]


def make_system(
    config: ModelConfig,
    *,
    mixed_precision: str = "none",
    jit_compile: bool = False,
) -> NeuralSystem:
    """Makes the system that `config.model` names; arguments are its own.

    Raises:
        UserError: there is no system, or no encoder, of this name.
    """
    return system_class(config)(
        config, mixed_precision=mixed_precision, jit_compile=jit_compile
    )
