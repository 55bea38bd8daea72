"""Command lines and flagfiles of every command."""

import dataclasses
import importlib
import math
import subprocess
from pathlib import Path

import hypothesis
import pytest
from absl import flags
from hypothesis import given
from hypothesis import strategies as st
from mutations import AWKWARD, corrupted
from promises import answer_or_refusal

import axml_tf
from axml_tf.console import errors, settings
from axml_tf.data_prep.prepare_config import PrepareConfig
from axml_tf.models.model_config import ModelConfig
from axml_tf.runs.training_config import TrainingConfig
from benchmarks.programs import program

# Commands, and the configs that they make of their flags.
COMMANDS = {
    "axml_tf.commands.train": (ModelConfig, TrainingConfig),
    "axml_tf.commands.prepare": (PrepareConfig,),
    "axml_tf.commands.predict": (),
    "axml_tf.commands.evaluate": (),
    "axml_tf.commands.report": (),
    "axml_tf.commands.measure_labels": (),
    "axml_tf.commands.baseline": (),
    "axml_tf.commands.export": (),
    "axml_tf.commands.serve": (),
}
# What comes from elsewhere than from flags.
GIVEN = {
    ModelConfig: {"vocab_size": 10, "num_labels": 10},
    TrainingConfig: {},
    PrepareConfig: {"input_dir": "in", "output_dir": "out"},
}
FLAGFILES = [
    path.read_bytes()
    for path in sorted(Path(axml_tf.__file__).parent.glob("configs/*.flags"))
]
_LARGEST = 2**31 - 1
_LONGEST = 300
# A command line takes longer than other inputs.
_MAX_EXAMPLES = hypothesis.settings.default.max_examples // 8

# The system passes no NUL on, and what is no UTF-8 as half surrogate pairs.
_VALUES = st.one_of(
    st.integers().map(str),
    st.integers(-(10**30), 10**30).map(str),
    st.floats().map(str),
    st.lists(st.integers(-1, 10**12)).map(lambda x: ",".join(map(str, x))),
    st.text(max_size=8),
    st.sampled_from([x.decode("utf-8", "surrogateescape") for x in AWKWARD]),
).map(lambda value: value.replace("\0", ""))


@pytest.fixture(scope="module", params=COMMANDS)
def command(request):
    """A command and its flags, which are taken back at the end."""
    before = set(flags.FLAGS)
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(errors, "run", lambda main, **options: None)
        importlib.import_module(request.param).run()
    names = sorted(set(flags.FLAGS) - before)
    yield request.param, names
    flags.FLAGS.unparse_flags()
    for name in names:
        delattr(flags.FLAGS, name)


@hypothesis.settings(max_examples=_MAX_EXAMPLES)
@given(data=st.data())
def test_command_lines_are_read_or_refused(command, data):
    command, names = command
    names = st.sampled_from(names)
    named = st.builds("--{}={}".format, names, _VALUES)
    switches = st.builds("--{}{}".format, st.sampled_from(["", "no"]), names)
    others = _VALUES.filter(lambda x: not x.lstrip("-").startswith("flagfile"))
    arguments = data.draw(
        st.lists(st.one_of(named, named, switches, others), max_size=5)
    )
    answer_or_refusal(parse, command, arguments)


@hypothesis.settings(max_examples=_MAX_EXAMPLES)
@given(data=st.data())
def test_flagfiles_are_read_or_refused(command, tmp_path, data):
    command, _ = command
    content = data.draw(st.sampled_from(FLAGFILES).flatmap(corrupted))
    path = tmp_path / "some.flags"
    content = content.decode("utf-8", "replace").replace("\0", "")
    # What absl cannot read stands below.
    lines = [line[:_LONGEST] for line in content.splitlines(keepends=True)]
    path.write_text("\n".join(lines), encoding="utf-8")
    answer_or_refusal(parse, command, [f"--flagfile={path}"])


def parse(command, arguments):
    """Makes the configs of a command, as its `main` would."""
    for name in flags.FLAGS:
        flags.FLAGS[name].unparse()
    try:
        flags.FLAGS(["program", *arguments])
    except flags.Error as error:
        # Absl prints it and ends the program.
        assert str(error).strip()
        return
    for config_class in COMMANDS[command]:
        config = config_class(
            **GIVEN[config_class], **settings.values(config_class)
        )
        for field in dataclasses.fields(config):
            check(getattr(config, field.name))


def check(value):
    """No value that TensorFlow and NumPy could only fail on."""
    if isinstance(value, int | float):
        assert math.isfinite(value)
    if isinstance(value, int):
        assert abs(value) <= _LARGEST
    if isinstance(value, tuple):
        for entry in value:
            check(entry)


@pytest.mark.parametrize(
    "content",
    [b"\xff", b"--flagfile=a\0b", b"--" + b"x" * 5000],
    ids=["not UTF-8", "NUL", "long name"],
)
def test_flagfile_that_absl_cannot_read_is_refused(tmp_path, content):
    path = tmp_path / "some.flags"
    path.write_bytes(content)
    done = subprocess.run(
        [
            program("evaluate"),
            f"--flagfile={path}",
        ],
        cwd=Path(axml_tf.__file__).parents[1],
        capture_output=True,
        text=True,
    )
    assert done.returncode == 1
    assert "Traceback" not in done.stderr
