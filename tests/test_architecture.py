"""Reads the imports: the order of rooms, how many, and what they import.

A room is a folder of axml_tf with all below it, `data_prep`, `export`,
`benchmarks`, or a module that lies loose in axml_tf. An arrow leads from a
room to another that it imports: at the top of a file, within a function, or
by a name in a string.

    python tests/test_architecture.py

prints rooms and arrows as they are.
"""

import ast
import graphlib
import subprocess
import sys
from pathlib import Path

import axml_tf

ROOT = Path(axml_tf.__file__).parents[1]
# Folders beside axml_tf that are installed below it.
BESIDE = ("data_prep", "export")

# From the bottom up: a room imports from levels below its own only. Rooms of
# one level know nothing of each other.
LEVELS = (
    ("console",),
    ("storage",),
    ("formats",),
    ("dataset",),
    ("models", "evaluation"),
    ("runs", "baselines", "data_prep"),
    ("prediction",),
    ("inspection",),
    ("training",),
    ("export",),
    ("library",),
    ("__init__", "commands"),
    ("benchmarks",),
)
MOST_ROOMS, MOST_ARROWS = 22, 90

# What evaluates must run where TensorFlow is not installed.
TENSORFLOW = ("tensorflow", "tensorflow_text", "keras")
WITHOUT_TENSORFLOW = (
    "axml_tf",
    "axml_tf.baselines.predict_split",
    "axml_tf.commands.baseline",
    "axml_tf.commands.consensus",
    "axml_tf.commands.evaluate",
    "axml_tf.commands.report",
    "axml_tf.console.errors",
    "axml_tf.console.origin",
    "axml_tf.console.settings",
    "axml_tf.dataset.prepared_data",
    "axml_tf.dataset.sparse_features",
    "axml_tf.evaluation.alignment",
    "axml_tf.evaluation.evaluate",
    "axml_tf.evaluation.ranking",
    "axml_tf.formats.predictions",
    "axml_tf.models.model_config",
    "axml_tf.runs.training_config",
    "axml_tf.storage.files",
)


def module_name(path):
    parts = path.relative_to(ROOT).with_suffix("").parts
    if parts[-1] == "__init__":
        parts = parts[:-1]
    return ".".join(("axml_tf", *parts) if parts[0] in BESIDE else parts)


MODULES = {
    module_name(path): path
    for folder in ("axml_tf", *BESIDE, "benchmarks")
    for path in sorted(ROOT.joinpath(folder).rglob("*.py"))
}


def imported_names(path):
    """Dotted names a file imports, wherever and however it does."""
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        yield from names_of_import(path, node)


def names_imported_at_once(path):
    """Those that it imports when it is imported itself."""
    for node in ast.parse(path.read_text(encoding="utf-8")).body:
        yield from names_of_import(path, node)


def names_of_import(path, node):
    """What a statement, or a string, imports."""
    if isinstance(node, ast.Import):
        yield from (alias.name for alias in node.names)
    elif isinstance(node, ast.ImportFrom):
        assert not node.level, f"{path} has a relative import"
        for alias in node.names:
            name = f"{node.module}.{alias.name}"
            # A module of a package, or a name within a module.
            yield name if name in MODULES else node.module
    elif (
        isinstance(node, ast.Constant)
        and isinstance(node.value, str)
        and node.value != "axml_tf"
        and node.value in MODULES
    ):
        yield node.value


IMPORTS = {name: set(imported_names(path)) for name, path in MODULES.items()}
IMPORTS_AT_ONCE = {
    name: set(names_imported_at_once(path)) for name, path in MODULES.items()
}


def own_imports(name):
    """The modules of this repository that a module imports."""
    return {imported for imported in IMPORTS[name] if imported in MODULES} - {
        name
    }


def room_of(name):
    parts = name.split(".")
    if parts == ["axml_tf"]:
        return "__init__"
    return parts[1] if parts[0] == "axml_tf" else parts[0]


ROOMS = sorted({room_of(name) for name in MODULES})
ARROWS = sorted(
    {
        (room_of(name), room_of(imported))
        for name in MODULES
        for imported in own_imports(name)
        if room_of(name) != room_of(imported)
    }
)


def level(room):
    return next(i for i, rooms in enumerate(LEVELS) if room in rooms)


def everything_imported_by(name):
    """Names a module imports, directly or by way of another module."""
    waiting, seen = [name], set()
    while waiting:
        module = waiting.pop()
        if module in seen:
            continue
        seen.add(module)
        # A package's own file runs first.
        parts = module.split(".")
        waiting += [".".join(parts[:n]) for n in range(1, len(parts))]
        if module in MODULES:
            waiting += IMPORTS_AT_ONCE[module]
    return seen


def test_files_and_their_imports_are_found():
    assert len(MODULES) > 150
    assert ("training", "runs") in ARROWS
    assert ("commands", "export") in ARROWS
    assert "tensorflow" in everything_imported_by("axml_tf.commands.predict")


def test_every_room_has_a_level():
    assert sorted(room for rooms in LEVELS for room in rooms) == ROOMS


def test_no_arrow_points_up():
    assert [
        f"{name} imports {imported}"
        for name in MODULES
        for imported in own_imports(name)
        if room_of(name) != room_of(imported)
        and level(room_of(name)) <= level(room_of(imported))
    ] == []


def test_rooms_and_arrows_fit_on_a_sheet():
    assert len(ROOMS) <= MOST_ROOMS
    assert len(ARROWS) <= MOST_ARROWS


def test_no_import_of_files_runs_in_a_circle():
    graph = {name: own_imports(name) for name in MODULES}
    # Raises CycleError, which names the circle.
    graphlib.TopologicalSorter(graph).prepare()


def test_no_import_of_folders_runs_in_a_circle():
    def folder(name):
        return MODULES[name].parent

    graph = {}
    for name in MODULES:
        for imported in own_imports(name):
            graph.setdefault(folder(name), set()).add(folder(imported))
    for of, imported in graph.items():
        imported.discard(of)
    # The folder that holds all others is their face, and no room.
    graph.pop(ROOT / "axml_tf")
    graphlib.TopologicalSorter(graph).prepare()


def test_no_two_modules_of_one_name():
    # A command and a benchmark are named after what they run.
    named_after = {"commands", "benchmarks"}
    stems = [
        MODULES[name].stem
        for name in MODULES
        if room_of(name) not in named_after and MODULES[name].stem != "__init__"
    ]
    assert sorted({s for s in stems if stems.count(s) > 1}) == []


def test_no_module_hides_a_library():
    libraries = {*sys.stdlib_module_names, "absl", "flags", "keras", "numpy"}
    assert sorted(libraries & {path.stem for path in MODULES.values()}) == []


def has_behaviour(path):
    """Whether a file defines more than names and values."""
    return any(
        isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef)
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8")))
    )


def test_path(name):
    """Where the tests of a module stand."""
    path = MODULES[name]
    parts = path.relative_to(ROOT).parts
    if parts[0] == "axml_tf":
        parts = parts[1:]
    # Others have the name of what the command calls.
    prefix = "test_axml_" if room_of(name) == "commands" else "test_"
    return ROOT.joinpath("tests", *parts[:-1], f"{prefix}{path.stem}.py")


test_path.__test__ = False


def test_every_file_with_behaviour_has_a_test_file_of_its_name():
    assert [
        str(test_path(name).relative_to(ROOT))
        for name, path in MODULES.items()
        if has_behaviour(path)
        and path.stem != "__init__"
        and room_of(name) != "benchmarks"
        and not test_path(name).is_file()
    ] == []


def test_evaluation_and_settings_import_no_tensorflow():
    assert [
        f"{name} imports {imported}"
        for name in WITHOUT_TENSORFLOW
        for imported in everything_imported_by(name)
        if imported.split(".")[0] in TENSORFLOW
    ] == []


def test_evaluation_and_settings_run_without_tensorflow():
    # None in place of a module makes its import fail.
    code = (
        "import sys\n"
        f"sys.modules.update(dict.fromkeys({TENSORFLOW}))\n"
        f"import {', '.join(WITHOUT_TENSORFLOW)}\n"
    )
    done = subprocess.run(
        [sys.executable, "-c", code], cwd=ROOT, capture_output=True, text=True
    )
    assert done.returncode == 0, done.stderr


if __name__ == "__main__":
    print(f"{len(ROOMS)} rooms, {len(ARROWS)} arrows")
    for room in sorted(ROOMS, key=level, reverse=True):
        below = [to for of, to in ARROWS if of == room]
        print(f"{level(room):3} {room:12} -> {', '.join(below)}")
