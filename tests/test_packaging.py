"""Packaging keeps its promises: the lock, the declared dependencies, the direction of imports, what `make` says."""

from __future__ import annotations

import ast
import os
import re
import shutil
import subprocess
import sys
import time
import tomllib
from collections.abc import Iterator
from importlib.metadata import packages_distributions
from pathlib import Path

import pytest

ROOT = Path(__file__).parent.parent
PACKAGES = ["index", "ingest", "app", "evals"]  # each may import those before it, never one after it
LOCKS = ["requirements.lock", "requirements-test.lock"]
HEAVY = {"torch", "sentence_transformers", "transformers", "chromadb", "gradio"}  # one to ten seconds each
TOP_LEVEL = {
    ".ci",
    ".gitattributes",
    ".gitignore",
    "LICENSE",
    "Makefile",
    "README.md",
    "app",
    "corpus",
    "evals",
    "index",
    "ingest",
    "pyproject.toml",
    "requirements-test.lock",
    "requirements.lock",
    "tests",
}


def text(name: str) -> str:
    return (ROOT / name).read_text(encoding="utf-8")


def canonical(name: str) -> str:
    """A distribution's name as indexes compare it: ir_measures and ir-measures are one."""
    return re.sub(r"[-_.]+", "-", name).lower()


def locked(lock: str) -> set[str]:
    return {canonical(name) for name in re.findall(r"^([\w.-]+)==", text(lock), re.MULTILINE)}


def declared(*extras: str) -> set[str]:
    """Distributions pyproject.toml asks for: the runtime ones without `extras`, else those of the named extras."""
    project = tomllib.loads(text("pyproject.toml"))["project"]
    groups = [project["optional-dependencies"][extra] for extra in extras] or [project["dependencies"]]
    return {canonical(re.match(r"[\w.-]+", line)[0]) for group in groups for line in group}  # type: ignore[index]


def imports(folder: str) -> Iterator[tuple[str, str]]:
    """(file, top-level name) of every absolute import under `folder`, those inside functions too."""
    for path in sorted((ROOT / folder).rglob("*.py")):
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            names = [alias.name for alias in node.names] if isinstance(node, ast.Import) else []
            if isinstance(node, ast.ImportFrom) and not node.level and node.module:
                names = [node.module]
            yield from ((str(path.relative_to(ROOT)), name.partition(".")[0]) for name in names)


def third_party(*folders: str) -> dict[str, set[str]]:
    """Import name -> files that import it, for what is neither the standard library's nor ours."""
    found: dict[str, set[str]] = {}
    for folder in folders:
        for file, name in imports(folder):
            if name not in sys.stdlib_module_names and name not in {*PACKAGES, "tests"}:
                found.setdefault(name, set()).add(file)
    return found


def modules() -> list[str]:
    paths = [path.relative_to(ROOT) for package in PACKAGES for path in (ROOT / package).rglob("*.py")]
    names = {".".join(path.with_suffix("").parts).removesuffix(".__init__") for path in paths}
    return sorted(name for name in names if not name.endswith("__main__"))  # importing that one runs the command


# --- the lock ---------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("lock", LOCKS)
def test_lock_names_no_host_and_no_path(lock: str) -> None:
    for foreign in ["://", "--index-url", "--find-links", "/work", "/opt", "/tmp", "/root", "/home"]:
        assert foreign not in text(lock), f"{lock} names {foreign}: write it again with `make lock`"


@pytest.mark.parametrize("lock", LOCKS)
def test_every_line_of_the_lock_has_a_hash(lock: str) -> None:
    for requirement in re.split(r"\n(?=[\w])", text(lock))[1:]:
        assert "--hash=sha256:" in requirement, requirement


@pytest.mark.parametrize("lock", LOCKS)
def test_lock_brings_no_gpu_packages(lock: str) -> None:
    assert not [name for name in locked(lock) if name == "torch" or re.match("nvidia|cuda|triton|pytorch", name)]


def test_locks_hold_what_is_declared() -> None:
    """A dependency added to pyproject.toml without `make lock` would be missing from every new install."""
    assert declared() - {"torch"} <= locked("requirements.lock")
    assert declared("test", "lint") <= locked("requirements-test.lock") | locked("requirements.lock")


def test_locks_do_not_overlap() -> None:
    """They are installed one over the other: a package in both could be there in two versions."""
    assert not locked("requirements.lock") & locked("requirements-test.lock")


# --- dependencies and imports -----------------------------------------------------------------------------------------


def undeclared(names: dict[str, set[str]], allowed: set[str]) -> dict[str, list[str]]:
    owners = packages_distributions()
    return {
        name: sorted(files)
        for name, files in names.items()
        if not {canonical(owner) for owner in owners.get(name, [])} & allowed
    }


def test_every_import_is_declared() -> None:
    assert not undeclared(third_party(*PACKAGES), declared())
    assert not undeclared(third_party("tests"), declared() | declared("test"))


def test_every_dependency_is_imported() -> None:
    """torch is the exception: sentence-transformers imports it, and we name it to choose the build."""
    owners = packages_distributions()
    used = {canonical(owner) for name in third_party(*PACKAGES) for owner in owners.get(name, [])}
    assert declared() - {"torch"} <= used


@pytest.mark.parametrize("package", PACKAGES)
def test_imports_go_one_way(package: str) -> None:
    later = {*PACKAGES[PACKAGES.index(package) + 1 :], "tests"}
    assert not [(file, name) for file, name in imports(package) if name in later]


def test_importing_does_nothing_slow() -> None:
    """Heavy libraries are imported where they are used, so `hoidap --help` and most errors are immediate."""
    program = f"""
import importlib, sys
for name in {modules()!r}:
    importlib.import_module(name)
    heavy = {HEAVY!r} & set(sys.modules)
    if heavy:
        sys.exit(f"importing {{name}} imports {{', '.join(sorted(heavy))}}")
"""
    run = subprocess.run([sys.executable, "-c", program], cwd=ROOT, capture_output=True, text=True, check=False)
    assert run.returncode == 0, run.stderr


def test_help_is_immediate() -> None:
    command = [str(Path(sys.executable).with_name("hoidap")), "--help"]
    times = []
    for _ in range(3):  # the best of three: a test must not fail because the machine was busy for a moment
        start = time.perf_counter()
        subprocess.run(command, check=True, capture_output=True)
        times.append(time.perf_counter() - start)
    assert min(times) < 0.5, times


def test_top_level_holds_what_was_agreed() -> None:
    if not (ROOT / ".git").exists():
        pytest.skip("not a git checkout: unknown which files belong to the project")
    command = ["git", "ls-files", "--cached", "--others", "--exclude-standard"]
    files = subprocess.run(command, cwd=ROOT, check=True, capture_output=True, text=True).stdout.splitlines()
    assert {file.partition("/")[0] for file in files} == TOP_LEVEL


# --- make -------------------------------------------------------------------------------------------------------------

FAKE_PYTHON = """#!/bin/sh
# Stands in for python3 and for the venv's python. It "makes" a venv by copying itself; pip and uv do nothing, or fail
# with $PIP_SAYS at the step whose command line holds $PIP_FAILS_AT.
echo "$*" >>"$CALLS"
case "$*" in
  *version_info*) echo "${FAKE_VERSION-3.11}" ;;
  *ensurepip*) exit "${NO_ENSUREPIP-0}" ;;
  "-m venv "*) mkdir -p "$3/bin" && cp "$0" "$3/bin/python" && printf '#!/bin/sh\\necho served\\n' >"$3/bin/hoidap" &&
    chmod +x "$3/bin/hoidap" ;;
  *" install "*) case "$*" in *"${PIP_FAILS_AT-nothing}"*) echo "$PIP_SAYS" >&2; exit 2 ;; esac ;;
esac
"""


class Make:
    """`make chat` in a copy of what the Makefile reads, with a stand-in for Python."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        for name in ["Makefile", "pyproject.toml", *LOCKS]:
            shutil.copy(ROOT / name, folder)
        self.calls = folder / "calls"
        self.python = folder / "python"
        self.python.write_text(FAKE_PYTHON, encoding="utf-8")
        self.python.chmod(0o755)

    def __call__(self, **environment: str) -> tuple[int, list[str]]:
        """Exit status, and what a person sees less make's own last line."""
        self.calls.write_text("", encoding="utf-8")
        kept = {name: os.environ[name] for name in ["PATH", "HOME"] if name in os.environ}  # no MAKEFLAGS from outside
        run = subprocess.run(
            ["make", "chat", f"PY={self.python}"],
            cwd=self.folder,
            env={**kept, "CALLS": str(self.calls), **environment},
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            check=False,
        )
        return run.returncode, [line for line in run.stdout.splitlines() if not line.startswith("make: ***")]

    def installs(self) -> list[str]:
        return [line for line in self.calls.read_text(encoding="utf-8").splitlines() if " install " in line]


@pytest.fixture
def make(tmp_path: Path) -> Make:
    return Make(tmp_path)


def test_second_run_installs_nothing(make: Make) -> None:
    status, seen = make()
    assert (status, seen[-1]) == (0, "served")
    assert make.installs()
    for name in ["requirements.lock", "pyproject.toml"]:
        os.utime(make.folder / name)  # as `git checkout` does
    start = time.perf_counter()
    assert make() == (0, ["served"])
    assert time.perf_counter() - start < 2
    assert not make.calls.read_text(encoding="utf-8")


@pytest.mark.parametrize("name", ["requirements.lock", "pyproject.toml"])
def test_changed_contents_are_installed(make: Make, name: str) -> None:
    make()
    with (make.folder / name).open("a", encoding="utf-8") as file:
        file.write("# changed\n")
    assert make()[0] == 0
    assert make.installs()
    assert make() == (0, ["served"])


@pytest.mark.parametrize(
    ("environment", "line"),
    [
        ({"FAKE_VERSION": "3.9"}, r"Python 3\.11 or newer is needed; .* is 3\.9\. Name another: make PY=.*"),
        ({"FAKE_VERSION": ""}, r"Python 3\.11 or newer is needed; .* is not a Python that runs\. .*"),
        ({"FAKE_VERSION": "2.7"}, r"Python 3\.11 or newer is needed; .* is 2\.7\. .*"),
        ({"NO_ENSUREPIP": "1"}, r".* cannot make virtual environments\. .*apt install python3\.11-venv"),
    ],
)
def test_unfit_python_gives_one_line(make: Make, environment: dict[str, str], line: str) -> None:
    status, seen = make(**environment)
    assert status == 2
    assert len(seen) == 1
    assert re.fullmatch(line, seen[0])
    assert not (make.folder / ".venv").exists()


NETWORK = "Install stopped: the package index cannot be reached. Check the network or proxy, then run make again."
DISK = "Install stopped: the disk is full. .venv takes about 2 GB; free some space, then run make again."


@pytest.mark.parametrize("step", [" uv==", "requirements.lock", "torch==", "-e ."])
@pytest.mark.parametrize(
    ("says", "line"),
    [
        # pip, then uv, as they said it with the network cut and on a full disk
        ("WARNING: Retrying after connection broken by 'NewConnectionError(...)'", NETWORK),
        ("error: Request failed after 3 retries in 7.3s\n  cause: client error (Connect)\n  cause: dns error", NETWORK),
        ("ERROR: Could not install packages due to an OSError: [Errno 28] No space left on device", DISK),
        ("  Caused by: failed to write to file\n  Caused by: No space left on device (os error 28)", DISK),
    ],
)
def test_failed_install_gives_one_line_and_is_made_again(make: Make, step: str, says: str, line: str) -> None:
    status, seen = make(PIP_FAILS_AT=step, PIP_SAYS=says)
    assert status == 2
    assert seen[1:] == [line]  # the first says what is being installed
    status, seen = make()
    assert (status, seen[-1]) == (0, "served")
    assert make.installs()


def test_unknown_failure_names_the_step_and_the_last_line(make: Make) -> None:
    status, seen = make(PIP_FAILS_AT="requirements.lock", PIP_SAYS="first\nTHESE PACKAGES DO NOT MATCH THE HASHES\n")
    assert status == 2
    assert len(seen) == 2
    assert "-r requirements.lock" in seen[1]
    assert seen[1].endswith(": THESE PACKAGES DO NOT MATCH THE HASHES")


def test_without_uv_pip_installs_the_same_lock(make: Make) -> None:
    python = make.python.read_text(encoding="utf-8").replace('case "$*" in', 'case "$*" in *"import uv"*) exit 1 ;;', 1)
    make.python.write_text(python, encoding="utf-8")
    status, _ = make(PIP_FAILS_AT=" uv==", PIP_SAYS="ERROR: No matching distribution found for uv")
    assert status == 0
    assert any(line.startswith("-m pip install") and "requirements.lock" in line for line in make.installs())


def test_a_folder_of_somebody_else_is_not_deleted(make: Make) -> None:
    (make.folder / ".venv").mkdir()
    (make.folder / ".venv" / "thesis.txt").write_text("", encoding="utf-8")
    status, seen = make()
    assert status == 2
    assert seen == [".venv was not made by this Makefile. Remove it, or name another: make VENV=..."]
    assert (make.folder / ".venv" / "thesis.txt").exists()
