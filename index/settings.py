"""Settings: the one place that reads them from the environment; everything else takes arguments."""

from __future__ import annotations

import os
import shlex
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import NamedTuple

from index.encoder import DEFAULT as DEFAULT_MODEL
from index.errors import UsageError


class Setting(NamedTuple):
    """One environment variable: its name, what holds without it, and what it does."""

    name: str
    default: str
    help: str


SETTINGS = (
    Setting("HOIDAP_CORPUS", "", "folder of documents to answer from; empty: the corpus that comes with Hỏi Đáp"),
    Setting("HOIDAP_DATA", "", "folder for indexes and added documents; empty: the user's data folder of the system"),
    Setting(
        "HOIDAP_MODEL", DEFAULT_MODEL, "embedding model: the shipped one, or a sentence-transformers name or folder"
    ),
    Setting("HOIDAP_HOST", "127.0.0.1", "address the chat listens on"),
    Setting("HOIDAP_PORT", "7860", "port the chat listens on, 1-65535"),
)


@dataclass(frozen=True, slots=True)
class Settings:
    """The settings in force."""

    corpus: Path
    data: Path
    model: str
    host: str
    port_text: str

    @property
    def port(self) -> int:
        """Checked here, not in `load`: only `hoidap serve` uses one. Raises UsageError naming the value."""
        text = self.port_text
        if not (text.isascii() and text.isdigit() and 1 <= int(text) <= 65535):
            raise UsageError(f"HOIDAP_PORT is {text!r}; set it to a number from 1 to 65535")
        return int(text)


def load(environ: Mapping[str, str] | None = None) -> Settings:
    """Settings from `environ` (default: the process's)."""
    environ = os.environ if environ is None else environ
    values = {s.name: environ.get(s.name, "").strip() or s.default for s in SETTINGS}
    return Settings(
        corpus=Path(values["HOIDAP_CORPUS"]).expanduser() if values["HOIDAP_CORPUS"] else bundled_corpus(),
        data=Path(values["HOIDAP_DATA"]).expanduser() if values["HOIDAP_DATA"] else _user_data(),
        model=values["HOIDAP_MODEL"],
        host=values["HOIDAP_HOST"],
        port_text=values["HOIDAP_PORT"],
    )


def index_command(corpus: Path, data: Path, model: str) -> str:
    """The command that builds the index of `corpus` under `data` by `model`, to be typed where the settings in force
    hold: it says those that differ."""
    in_use = load()
    wanted = (("HOIDAP_DATA", str(data), str(in_use.data)), ("HOIDAP_MODEL", model, in_use.model))
    said = [f"{name}={shlex.quote(value)}" for name, value, there in wanted if value != there]
    return " ".join([*said, "hoidap index --corpus", shlex.quote(str(corpus))])


def bundled_corpus() -> Path:
    """Folder of the corpus that comes with the program: `corpus/` beside the packages."""
    return Path(__file__).resolve().parent.parent / "corpus"


def _user_data() -> Path:
    from platformdirs import user_data_path

    return user_data_path("hoidap")
