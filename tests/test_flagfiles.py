"""The first paper's settings, and a second set with the later one's tricks."""

from pathlib import Path

import pytest

import axml_tf

CONFIGS = Path(axml_tf.__file__).parent / "configs"

# Hyper-parameters of the paper, Experimental Settings: hidden units, fully
# connected layers, epochs.
MEDIUM, LARGE = ("256", "256", "50"), ("512", "512,256", "10")
PAPER = {
    "rcv1": MEDIUM,
    "eurlex": MEDIUM,
    "wiki10_31k": MEDIUM,
    "amazoncat_13k": LARGE,
    "wikilshtc": LARGE,
}
OURS = ("quickstart", "eurlex57k")

TRICKS_OFF = {
    "embedding_dropout": "0",
    "gradient_clip_norm": "0",
    "gradient_clip_factor": "0",
    "swa_start_epoch": "0",
}
TRICKS_ON = {
    "embedding_dropout": "0.2",
    "gradient_clip_norm": "0",
    "gradient_clip_factor": "5",
}


def settings(name):
    """What a flagfile says, read as plain lines."""
    lines = (CONFIGS / f"{name}.flags").read_text().splitlines()
    flags = [line for line in lines if line and not line.startswith("#")]
    assert all(flag.startswith("--") for flag in flags)
    pairs = [flag.removeprefix("--").partition("=")[::2] for flag in flags]
    # A flag that stands twice would hide its first value.
    assert len(dict(pairs)) == len(pairs)
    return dict(pairs)


def test_every_flagfile_is_one_of_a_pair():
    assert {path.stem for path in CONFIGS.glob("*.flags")} == {
        f"{name}{version}"
        for name in (*PAPER, *OURS)
        for version in ("", "_v2")
    }


@pytest.mark.parametrize("name", PAPER)
def test_first_set_is_the_paper_without_later_tricks(name):
    hidden_dim, fc_dims, max_epochs = PAPER[name]
    assert settings(name) == {
        "hidden_dim": hidden_dim,
        "fc_dims": fc_dims,
        "max_epochs": max_epochs,
        "dropout": "0.5",
        "batch_size": "40",
        "learning_rate": "1e-3",
        "max_length": "500",
        **TRICKS_OFF,
    }


@pytest.mark.parametrize("name", PAPER)
def test_second_set_adds_the_tricks_and_nothing_else(name):
    second = settings(f"{name}_v2")
    start = int(second.pop("swa_start_epoch"))
    # The average needs epochs to be made of.
    assert 1 <= start < int(second["max_epochs"])
    first = settings(name)
    del first["swa_start_epoch"]
    assert second == first | TRICKS_ON


# An average needs a rate that is not 0 in the end, and many members.
AVERAGING = {
    *("swa_start_epoch", "validate_every", "early_stopping_patience"),
    "gradient_clip_factor",
}


@pytest.mark.parametrize(
    ("name", "expected"),
    [("quickstart", AVERAGING), ("eurlex57k", AVERAGING | {"decay_epochs"})],
)
def test_second_set_of_our_own_averages_many_weights(name, expected):
    first, second = settings(name), settings(f"{name}_v2")
    changed = {
        flag for flag in first | second if first.get(flag) != second.get(flag)
    }
    assert changed == expected
    assert "decay_epochs" not in second
    assert 1 <= int(second["swa_start_epoch"]) < int(second["max_epochs"])
