import pytest

from axml_tf.console.errors import UserError
from axml_tf.evaluation.report.report_files import (
    SetFiles,
    SystemFiles,
    read_sets,
    told_of,
)


def test_single_data_set_needs_no_name():
    assert read_sets(
        ["some/data"],
        ["a=a.npz", "b=b=2.npz"],
        ["b=dev.npz"],
        ["a=performance.npz"],
    ) == [
        SetFiles(
            "data",
            "some/data",
            [
                SystemFiles("a", "a.npz", None, "performance.npz"),
                SystemFiles("b", "b=2.npz", "dev.npz"),
            ],
        )
    ]


def test_single_data_set_may_have_a_name():
    (one,) = read_sets(["EUR-Lex=x/y"], ["EUR-Lex:a=1.npz", "b=2.npz"])
    assert (one.name, one.data_dir) == ("EUR-Lex", "x/y")
    assert [s.name for s in one.systems] == ["a", "b"]


def test_systems_are_in_one_order_on_all_sets():
    first, second = read_sets(
        ["x=1", "y=2"], ["y:b=1", "x:a=2", "y:a=3", "x:b=4"]
    )
    assert [(s.name, s.predictions) for s in first.systems] == [
        *(("b", "4"), ("a", "2"))
    ]
    assert [(s.name, s.predictions) for s in second.systems] == [
        *(("b", "1"), ("a", "3"))
    ]


@pytest.mark.parametrize(
    ("data_dirs", "predictions", "others", "message"),
    [
        (["x=1", "2"], ["x:a=1"], [], "--data_dir=2 must be SET=DIR"),
        (["x=1", "x=2"], ["x:a=1"], [], "x is given twice"),
        (["x=1"], ["a"], [], "--predictions=a must be NAME=FILE"),
        (["x=1"], ["=a"], [], "--predictions==a must be NAME=FILE"),
        (["x=1", "y=2"], ["a=1"], [], "--predictions=a=1 must be SET:NAME=FI"),
        (["x=1"], ["z:a=1"], [], "no data set 'z'; --data_dir names x"),
        (["x=1"], ["a=1", "x:a=2"], [], "a is given twice"),
        (["x=1", "y=2"], ["x:a=1"], [], "a has no predictions on y"),
        (["x=1"], ["a=1"], ["b=2"], "no system 'b'; --predictions names a"),
    ],
)
def test_wrong_flags_are_named(data_dirs, predictions, others, message):
    with pytest.raises(UserError, match=message):
        read_sets(data_dirs, predictions, others)


@pytest.mark.parametrize(
    ("message", "told"),
    [
        ("it is empty", "x.npz: it is empty"),
        ("No file at x.npz.", "No file at x.npz."),
    ],
)
def test_what_is_wrong_with_a_file_names_it_once(message, told):
    with pytest.raises(UserError) as error, told_of("x.npz"):
        raise UserError(message)
    assert str(error.value) == told
