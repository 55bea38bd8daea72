import dataclasses
from pathlib import Path

import pytest
from absl import flags

import axml_tf
from axml_tf.console import settings
from axml_tf.console.errors import UserError
from axml_tf.models.model_config import ModelConfig
from axml_tf.runs.training_config import TrainingConfig

FLAGFILES = sorted(Path(axml_tf.__file__).parent.glob("configs/*.flags"))


@dataclasses.dataclass(frozen=True)
class Example:
    not_a_flag: int
    example_width: int = settings.setting(default=3, help="Width, in words.")
    example_rate: float = settings.setting(default=0.5, help="A rate.")
    example_open: bool = settings.setting(
        default=False, help="Whether it is open."
    )
    example_dims: tuple[int, ...] = settings.setting(
        default=(4, 2), help="Sizes."
    )
    example_file: str | None = settings.setting(default=None, help="A file.")
    example_kind: str = settings.setting(
        default="a", help="A kind.", choices=("a", "b")
    )


@dataclasses.dataclass(frozen=True)
class Bounded:
    bounded_count: int = settings.setting(
        default=2, at_least=1, help="A count."
    )
    bounded_rate: float = settings.setting(default=0.5, above=0, help="A rate.")
    bounded_share: float = settings.setting(
        default=0.5, at_least=0, below=1, help="A share."
    )
    bounded_kind: str = settings.setting(
        default="a", choices=("a", "b"), help="A kind."
    )
    bounded_seed: int = settings.setting(default=0, help="Any number.")

    def __post_init__(self):
        settings.check(self)


@pytest.fixture
def define():
    """`settings.define`, taken back at the end."""
    before = set(flags.FLAGS)
    yield settings.define
    flags.FLAGS.unparse_flags()
    for name in set(flags.FLAGS) - before:
        delattr(flags.FLAGS, name)


def parse(*arguments):
    flags.FLAGS(["program", *arguments])


def test_flags_have_the_defaults_of_their_fields(define):
    define(Example)
    parse()
    assert settings.values(Example) == {
        "example_width": 3,
        "example_rate": 0.5,
        "example_open": False,
        "example_dims": (4, 2),
        "example_file": None,
        "example_kind": "a",
    }
    assert flags.FLAGS["example_width"].help == "Width, in words."


def test_flags_are_read_into_the_kind_of_their_fields(define):
    define(Example)
    parse(
        *("--example_width=7", "--example_rate=2", "--example_open"),
        *("--example_dims=5", "--example_file=x y", "--example_kind=b"),
    )
    assert settings.values(Example) == {
        "example_width": 7,
        "example_rate": 2.0,
        "example_open": True,
        "example_dims": (5,),
        "example_file": "x y",
        "example_kind": "b",
    }


@pytest.mark.parametrize(
    "argument",
    [
        "--example_width=wide",
        "--example_kind=c",
        "--example_open=maybe",
        "--exampel_width=3",
        "--not_a_flag=3",
    ],
)
def test_wrong_value_or_name_is_refused(define, argument):
    define(Example)
    name = argument[2:].split("=")[0]
    with pytest.raises(flags.Error, match=name):
        parse(argument)


def test_false_is_read_as_false(define):
    define(Example)
    for argument in ("--example_open=False", "--noexample_open"):
        parse("--example_open", argument)
        assert settings.values(Example)["example_open"] is False


@pytest.mark.parametrize("value", ["4,two", "4.5", "4,,2"])
def test_list_of_something_else_than_integers_is_refused(define, value):
    define(Example)
    parse(f"--example_dims={value}")
    with pytest.raises(UserError) as error:
        settings.values(Example)
    assert str(error.value) == (
        "--example_dims must be integers separated by commas; received "
        f"{value}."
    )


def test_every_setting_of_model_and_training_is_a_flag(define):
    before = set(flags.FLAGS)
    define(ModelConfig)
    define(TrainingConfig)
    fields = dataclasses.fields(ModelConfig) + dataclasses.fields(
        TrainingConfig
    )
    wanted = {field.name for field in fields} - {"vocab_size", "num_labels"}
    assert set(flags.FLAGS) - before == wanted
    assert all(flags.FLAGS[name].help for name in wanted)
    parse()
    assert TrainingConfig(**settings.values(TrainingConfig)) == TrainingConfig()
    assert ModelConfig(2, 1, **settings.values(ModelConfig)) == ModelConfig(
        2, 1
    )


@pytest.mark.parametrize("path", FLAGFILES, ids=lambda path: path.stem)
def test_every_flagfile_gives_settings_in_range(define, path):
    define(ModelConfig)
    define(TrainingConfig)
    parse(f"--flagfile={path}")
    # Out of range they would raise.
    ModelConfig(10, 10, **settings.values(ModelConfig))
    TrainingConfig(**settings.values(TrainingConfig))


@pytest.mark.parametrize(
    "values",
    [
        {},
        {"bounded_count": 1},
        {"bounded_rate": 5e-324},
        {"bounded_share": 0},
        {"bounded_share": 0.9999},
        {"bounded_kind": "b"},
        {"bounded_seed": -(10**9)},
    ],
)
def test_values_within_their_bounds_are_taken(values):
    config = Bounded(**values)
    assert dataclasses.asdict(config).items() >= values.items()


@pytest.mark.parametrize(
    ("name", "value", "expected"),
    [
        ("bounded_count", 0, "at least 1"),
        ("bounded_rate", 0.0, "above 0"),
        ("bounded_rate", float("nan"), "above 0"),
        ("bounded_share", -0.01, "in [0, 1)"),
        ("bounded_share", 1.0, "in [0, 1)"),
        ("bounded_share", float("nan"), "in [0, 1)"),
        ("bounded_kind", "c", "one of a, b"),
    ],
)
def test_value_out_of_its_bounds_is_refused(name, value, expected):
    with pytest.raises(UserError) as error:
        Bounded(**{name: value})
    assert (
        str(error.value) == f"--{name} must be {expected}; received {value!r}."
    )


def test_fields_that_are_no_settings_are_not_checked():
    settings.check(Example(not_a_flag=-5))


def test_requirement_of_several_settings_names_one():
    config = Bounded()
    settings.require(True, config, "bounded_count", "anything")
    with pytest.raises(UserError) as error:
        settings.require(False, config, "bounded_count", "more than the rate")
    assert str(error.value) == (
        "--bounded_count must be more than the rate; received 2."
    )


def test_choices_may_come_from_who_defines_the_flags(define):
    define(Example, choices={"example_file": ("x", "y")})
    parse("--example_file=y")
    assert settings.values(Example)["example_file"] == "y"
    # The field's own stay.
    for argument in ("--example_file=z", "--example_kind=c"):
        with pytest.raises(flags.Error, match="should be one of"):
            parse(argument)


@pytest.mark.parametrize(
    "argument",
    [
        "--example_width=2147483648",
        "--example_width=-2147483648",
        "--example_rate=inf",
        "--example_rate=-inf",
    ],
)
def test_numbers_that_no_machine_takes_are_refused(define, argument):
    define(Example)
    with pytest.raises(flags.Error, match=argument[2:14]):
        parse(argument)
    parse("--example_width=2147483647", "--example_rate=1e308")
    assert settings.values(Example)["example_width"] == 2**31 - 1


def test_list_of_numbers_that_are_too_large_is_refused(define):
    define(Example)
    parse("--example_dims=4,2147483648")
    with pytest.raises(UserError) as error:
        settings.values(Example)
    assert str(error.value) == (
        "--example_dims must be integers of at most 2147483647; received "
        "4,2147483648."
    )
