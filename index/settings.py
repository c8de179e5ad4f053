"""Settings: the one place that reads them from the environment; everything else takes arguments."""

from __future__ import annotations

import math
import os
import re
import shlex
from collections.abc import Mapping
from dataclasses import dataclass, field
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
    Setting("HOIDAP_FETCH", "0", "1: `hoidap add` may fetch web addresses; nothing is fetched without it"),
    Setting("HOIDAP_HOST", "127.0.0.1", "address the chat listens on"),
    Setting("HOIDAP_PORT", "7860", "port the chat listens on, 1-65535"),
    Setting(
        "LLM_BASE_URL", "", "OpenAI-compatible endpoint, as http://127.0.0.1:11434/v1; empty: answers are quotes only"
    ),
    Setting("LLM_MODEL", "", "the model's name at that endpoint"),
    Setting("LLM_API_KEY", "", "its key, if it asks for one; never shown, never logged"),
    Setting("LLM_TIMEOUT_S", "30", "longest silence of the endpoint in seconds"),
    Setting("LLM_DEADLINE_S", "90", "longest time of a whole answer in seconds, retries included"),
    Setting(
        "LLM_CONTEXT_TOKENS", "8192", "tokens the model takes, question, passages and answer together; 2048 or more"
    ),
    Setting("LLM_UNVERIFIED", "withhold", "sentences that fail the check: `withhold` them, or `mark` them"),
)


@dataclass(frozen=True, slots=True)
class LlmSettings:
    """Which LLM writes answers, and how long it may take. The key is in no repr."""

    base_url: str
    model: str
    api_key: str = field(default="", repr=False)
    timeout_s: float = 30.0
    deadline_s: float = 90.0
    context_tokens: int = 8192
    withhold: bool = True  # a sentence that fails the check; else it is shown and marked


@dataclass(frozen=True, slots=True)
class Settings:
    """The settings in force."""

    corpus: Path
    data: Path
    model: str
    host: str
    port_text: str
    fetch_text: str = "0"
    llm_texts: Mapping[str, str] = field(default_factory=dict, repr=False)  # the LLM_ variables as they are written

    @property
    def llm(self) -> LlmSettings | None:
        """None when no LLM is set. Checked here, as `port` is. Raises UsageError naming the variable and its value."""
        texts = self.llm_texts
        url = texts.get("LLM_BASE_URL", "")
        if not url:
            return None
        if not re.fullmatch(r"https?://[^\s/@?#]+[^\s@?#]*", url):  # a password or key in it would be shown with it
            raise UsageError(
                "LLM_BASE_URL is no address; set it to one like http://127.0.0.1:11434/v1, with the key in LLM_API_KEY"
            )
        if not texts["LLM_MODEL"]:
            raise UsageError(f"LLM_BASE_URL is {url!r} but LLM_MODEL is empty; set it to a model of that endpoint")
        if texts["LLM_UNVERIFIED"] not in ("withhold", "mark"):
            raise UsageError(f"LLM_UNVERIFIED is {texts['LLM_UNVERIFIED']!r}; set it to withhold or mark")
        return LlmSettings(
            base_url=url,
            model=texts["LLM_MODEL"],
            api_key=texts["LLM_API_KEY"],
            timeout_s=_positive(texts, "LLM_TIMEOUT_S"),
            deadline_s=_positive(texts, "LLM_DEADLINE_S"),
            context_tokens=int(_positive(texts, "LLM_CONTEXT_TOKENS", least=2048)),
            withhold=texts["LLM_UNVERIFIED"] == "withhold",
        )

    @property
    def fetch(self) -> bool:
        """True when web addresses may be fetched. Raises UsageError for a value that is neither 0 nor 1."""
        if self.fetch_text not in ("0", "1"):
            raise UsageError(f"HOIDAP_FETCH is {self.fetch_text!r}; set it to 1 to allow web addresses, or to 0")
        return self.fetch_text == "1"

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
        fetch_text=values["HOIDAP_FETCH"],
        llm_texts={name: value for name, value in values.items() if name.startswith("LLM_")},
    )


def _positive(texts: Mapping[str, str], name: str, least: float = 0.1) -> float:
    try:
        number = float(texts[name])
    except ValueError:
        number = math.nan
    if not least <= number <= 10_000_000:  # nan is not
        raise UsageError(f"{name} is {texts[name]!r}; set it to a number, {least:g} or more")
    return number


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
