"""Text to unit vectors: the shipped static model by default, any sentence-transformers model by name."""

from __future__ import annotations

import hashlib
import json
import math
import re
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from contextlib import suppress
from functools import cached_property
from itertools import chain, pairwise
from pathlib import Path
from threading import Lock
from typing import TYPE_CHECKING, Any, Protocol

import numpy as np
import numpy.typing as npt

from index.errors import EncoderError
from index.text import VERSION, fold, marks, syllables, terms

if TYPE_CHECKING:
    from sentence_transformers import SentenceTransformer

DEFAULT = "hoidap-static"
"""Name of the model that ships in `index/model`; it needs no download and no GPU."""

MODEL = Path(__file__).parent / "model"


class Encoder(Protocol):
    """What the index needs of an embedding model; a test passes its own."""

    name: str
    dim: int

    @property
    def fingerprint(self) -> str:
        """Changes whenever the vectors may: an index records it, and each fingerprint has an index of its own."""

    def encode(self, texts: Sequence[str], *, query: bool = False) -> npt.NDArray[np.float32]:
        """Unit rows, shape (len(texts), dim); `query=True` for what is asked, False for what is stored.

        The dot product of two rows is their cosine. A text the model knows nothing of may give a zero row.
        """


_MOST_SAID = 1000  # a passage that says a term more often says it this often


def repeats(count: int, pair: bool = False) -> int:
    """How often a term counts that a text says `count` times: about four times the square root, a pair of words three.

    Against a plain mean nDCG@10 of the model alone rose, without any training, from 0.658 to 0.686 on questions written
    over news (n=1995), from 0.621 to 0.648 over statutes (n=410), from 0.547 to 0.595 on those made by rule (n=400).
    """
    return round((3 if pair else 4) * math.sqrt(min(count, _MOST_SAID)))


def spelled_out(text: str) -> str:
    """What `SentenceTransformer` must be given for `text`: its search terms, each as often as it counts."""
    return " ".join(" ".join([term] * repeats(n, "_" in term)) for term, n in Counter(terms(text)).items())


def read_table(folder: Path) -> tuple[dict[str, int], npt.NDArray[np.float32]]:
    """The terms of a model that `index.train` wrote, each with its row, and the rows.

    :raises OSError, ValueError, KeyError, SafetensorError: a file is missing or broken.
    """
    from safetensors.numpy import load_file

    tokenizer = json.loads((folder / "tokenizer.json").read_text(encoding="utf-8"))
    table = load_file(folder / "model.safetensors")["embedding.weight"].astype(np.float32)
    return tokenizer["model"]["vocab"], table


class StaticEncoder:
    """A folder written by `index.train`, read without torch: the sum of a row per search term, normalised.

    `SentenceTransformer(folder).float()` gives the same vectors for `spelled_out(text)` (tested to 1e-6), but only
    importing sentence_transformers takes 10 to 28 s on a busy two-core machine; a whole process that loads this class
    and encodes one question takes 0.2 to 0.5 s. Without `.float()` it computes in float16: off by 1e-4, NaN for "".

    A text without any known term (empty, emoji, another script) gives a zero row: cosine 0 with everything, so the
    dense half says nothing about it and the lexical half decides. Chroma keeps such a row, at distance 1 from all.
    """

    def __init__(self, folder: Path, name: str | None = None) -> None:
        """:raises EncoderError: a file is missing or broken, or the model was trained on terms folded another way."""
        from safetensors import SafetensorError

        self.name = name or str(folder)
        self._folder = folder
        try:
            manifest = json.loads((folder / "manifest.json").read_text(encoding="utf-8"))
            vocabulary, self._table = read_table(folder)
            self._rows = _Rows(vocabulary)
            trained = manifest["text_version"]
        except (OSError, ValueError, KeyError, SafetensorError) as error:
            raise EncoderError(
                f"The embedding model in {folder} cannot be read ({error}). "
                "Restore the folder from the repository, or train it again: python -m index.train DATA_DIR"
            ) from error
        if trained != VERSION:
            raise EncoderError(
                f"The embedding model in {folder} was trained on search terms of version {trained}, this program makes "
                f"version {VERSION}. Train it again: python -m index.train DATA_DIR"
            )
        self.dim = int(self._table.shape[1])

    @cached_property
    def fingerprint(self) -> str:
        """Name and the first 12 hex digits of the SHA-256 of weights, vocabulary and how often a term counts."""
        digest = hashlib.sha256(_REPEATS.tobytes())
        for file in ("model.safetensors", "tokenizer.json"):
            digest.update((self._folder / file).read_bytes())
        return f"{Path(self.name).name}-{digest.hexdigest()[:12]}"

    def encode(self, texts: Sequence[str], *, query: bool = False) -> npt.NDArray[np.float32]:
        """Unit (or zero) rows, shape (len(texts), dim); queries and passages are encoded alike."""
        out = np.zeros((len(texts), self.dim), np.float32)
        for start in range(0, len(texts), _AT_ONCE):
            rows, counts, starts = self._rows.of(texts[start : start + _AT_ONCE])
            weights = _REPEATS[self._rows.paired[rows], np.minimum(counts, _MOST_SAID)]
            for i, (first, end) in enumerate(pairwise(starts.tolist()), start):
                out[i] = weights[first:end] @ np.take(self._table, rows[first:end], axis=0)
        norm = np.linalg.norm(out, axis=1, keepdims=True)
        out[norm[:, 0] > 0] /= norm[norm[:, 0] > 0]
        return out


_AT_ONCE = 64  # texts whose rows are looked up together: 30 us a text instead of 100
_REPEATS = np.array([[repeats(n, pair) for n in range(_MOST_SAID + 1)] for pair in (False, True)], np.float32)
_KNOWN = 100_000  # syllables remembered from one call to the next; only hostile text has more

_MOST_WORDS = 1 << 31  # more than there can be syllables in a vocabulary


class _Rows(dict[str, int]):
    """Where the terms of texts have their rows in the table.

    A syllable is remembered as a number, with its row, the row without diacritics (-1: none), and its part in the key
    of a pair as first and as second; the rest is done for many texts at once.
    """

    def __init__(self, vocabulary: Mapping[str, int]) -> None:
        super().__init__()
        self._vocabulary = vocabulary
        numbers: dict[str, int] = {}
        pairs = ((term[1:].split("_", 1), row) for term, row in vocabulary.items() if term[0] == "~" and "_" in term)
        keys = {
            numbers.setdefault(a, len(numbers)) * _MOST_WORDS + numbers.setdefault(b, len(numbers)): row
            for (a, b), row in pairs
        }
        self._numbers = numbers
        self._keys = np.array([*sorted(keys), np.iinfo(np.int64).max], np.int64)  # the last is no pair's
        self._of_keys = np.array([*(keys[key] for key in sorted(keys)), -1], np.int64)
        self._facts = np.zeros((1024, 4), np.int64)
        self._lock = Lock()
        self.paired = np.zeros(len(vocabulary), np.int64)
        self.paired[list(keys.values())] = 1
        wholes = (term[1:] for term in vocabulary if term[0] == "~" and term[1:].isdecimal() and len(term) > 4)
        self._begins = {whole[: (len(whole) - 1) % 3 + 4] for whole in wholes}  # 1200 of 1200000

    def __missing__(self, syllable: str) -> int:
        bare = fold(syllable)
        number = self._numbers.get(bare, _MOST_WORDS - 1)
        rows = self._vocabulary.get(syllable, -1), self._vocabulary.get("~" + bare, -1)
        here = self[syllable] = len(self)
        if here == len(self._facts):
            self._facts = np.concatenate([self._facts, np.zeros_like(self._facts)])
        self._facts[here] = *rows, number * _MOST_WORDS, number
        return here

    def of(self, texts: Sequence[str]) -> tuple[npt.NDArray[np.int64], npt.NDArray[np.int64], npt.NDArray[np.int64]]:
        """(rows, counts, starts): text `i` has the distinct `rows[starts[i]:starts[i + 1]]`, each so often."""
        with self._lock:  # the chat answers and adds documents in several threads
            if len(self) > _KNOWN:
                self.clear()
            found = [list(map(self.__getitem__, syllables(text))) for text in texts]
            plain, bare, first, second = self._facts[list(chain.from_iterable(found))].T
        owner = np.repeat(np.arange(len(texts)), [len(numbers) for numbers in found])
        keys = first[:-1] + second[1:]
        at = np.searchsorted(self._keys, keys)
        paired = np.where((self._keys[at] == keys) & (owner[:-1] == owner[1:]), self._of_keys[at], -1)
        # Of all marks only 1.200.000 has the term of a word, ~1200000. Looking for them takes as long as all else, so
        # only where such a word is.
        vocabulary = self._vocabulary
        marked = [
            (i, vocabulary[mark])
            for i, text in enumerate(texts)
            if any(str(int(a + b)) in self._begins for a, b in _GROUPS.findall(text))
            for mark in marks(text)
            if mark in vocabulary
        ]
        more = np.array(marked, np.int64).reshape(-1, 2).T
        rows = np.concatenate([plain, bare, paired, more[1]])
        owners = np.concatenate([owner, owner, owner[:-1], more[0]])[rows >= 0]
        size = len(vocabulary)
        distinct, counts = np.unique(owners * size + rows[rows >= 0], return_counts=True)
        return distinct % size, counts, np.searchsorted(distinct, np.arange(len(texts) + 1) * size)


_GROUPS = re.compile(r"(\d{1,3})\W(?=(\d{3}))")  # of figures, as 1 and 200 of 1.200


class TransformerEncoder:
    """Any other model, through `SentenceTransformer`."""

    def __init__(self, name: str) -> None:
        """:raises EncoderError: no such folder or model, no network, or sentence-transformers is not installed."""
        self.name = name
        self._model = _load(name)
        self.dim = int(self._model.get_embedding_dimension() or 0)
        # E5 was trained with these words in front and does worse without them (its model card), but its config does not
        # name them. A model whose config has prompts gets those; BGE-M3 and most others have none and want none.
        own = self._model.prompts
        self._is_e5 = not any(own.values()) and any(map(_E5.fullmatch, _names(name)))
        default = own.get(self._model.default_prompt_name or "", "")
        passage = next((own[kind] for kind in ("document", "passage", "corpus") if kind in own), default)
        self.prompts = ("query: ", "passage: ") if self._is_e5 else (own.get("query", default), passage)
        """What is put before a question, and before a passage; "" for nothing."""

    @cached_property
    def fingerprint(self) -> str:
        """Name and the first 12 hex digits of the SHA-256 of all that makes the vectors: prompts, the modules and how
        they are set (pooling, longest text), the tokenizer, all parameters (a second or two per GB, once)."""
        import torch

        modules: list[Any] = list(self._model.children())
        settings = [
            (type(module).__qualname__, module.get_config_dict() if hasattr(module, "get_config_dict") else {})
            for module in modules
        ]
        made_of = [self.prompts, settings, self._model.max_seq_length, self._model.truncate_dim]
        digest = hashlib.sha256(json.dumps(made_of, default=str, sort_keys=True).encode())
        tokenizer = getattr(self._model.tokenizer, "backend_tokenizer", self._model.tokenizer)
        if hasattr(tokenizer, "to_str"):  # a slow tokenizer of transformers has none; its class is in the settings
            digest.update(tokenizer.to_str().encode())
        for key, value in self._model.state_dict().items():
            digest.update(key.encode())
            digest.update(value.detach().cpu().contiguous().flatten().view(torch.uint8).numpy().tobytes())
        return f"{Path(self.name).name}-{digest.hexdigest()[:12]}"

    def encode(self, texts: Sequence[str], *, query: bool = False) -> npt.NDArray[np.float32]:
        """Unit rows, shape (len(texts), dim), with the prefix or prompt the model wants for a query or a passage."""
        if not texts:
            return np.zeros((0, self.dim), np.float32)
        options: dict[str, Any] = {"normalize_embeddings": True, "show_progress_bar": False}
        if self._is_e5:
            options["prompt"] = self.prompts[0 if query else 1]
        encode = self._model.encode_query if query else self._model.encode_document
        return np.asarray(encode(list(texts), **options), np.float32)


_E5 = re.compile(r"(?:.*[/\\]|.*--)?(?:multilingual-)?e5-(?:small|base|large)(?:-v2)?[/\\]*")


def _names(name: str) -> Iterator[str]:
    """What the model `name` is called: that; for a folder also where it really lies, in a hub's cache
    ("models--intfloat--multilingual-e5-small/snapshots/0f3c…"), and what its config and card say it was made of."""
    yield name
    folder = Path(name)
    if not folder.is_dir():
        return
    place = folder.resolve()
    yield place.name
    yield from (part for part in place.parts if part.startswith("models--"))
    with suppress(OSError, ValueError, AttributeError):  # it has none; `_load` has read what it needs
        yield str(json.loads((folder / "config.json").read_text(encoding="utf-8")).get("_name_or_path"))
    yield from _card_names(folder / "README.md")


def _card_names(card: Path) -> Iterator[str]:
    """The names of the model, and of the models it was made from, in the front matter of its card."""
    import yaml

    try:
        front = re.match(r"---\n(.*?)\n---", card.read_text(encoding="utf-8"), re.DOTALL)
        values = yaml.safe_load(front[1]) if front else None
    except (OSError, ValueError, yaml.YAMLError):
        return
    if isinstance(values, dict):
        bases, models = values.get("base_model"), values.get("model-index")
        yield from map(str, bases if isinstance(bases, list) else [bases])
        yield from (str(m.get("name")) for m in (models if isinstance(models, list) else []) if isinstance(m, dict))


def _load(name: str) -> SentenceTransformer:
    try:
        from sentence_transformers import SentenceTransformer

        return SentenceTransformer(name)
    except Exception as error:  # the hub client, torch, tokenizers and safetensors each raise kinds of their own
        reason = str(error).strip().split("\n")[0][:200].rstrip(".") or type(error).__name__
        raise EncoderError(
            f'The embedding model "{name}" could not be loaded: {reason}. '
            f'Check the name or give the folder of a downloaded model; "{DEFAULT}" is built in and needs no network.'
        ) from error


def load_encoder(name: str = DEFAULT) -> Encoder:
    """The encoder called `name`: `DEFAULT`, a folder written by `index.train`, or any sentence-transformers model.

    :raises EncoderError: it cannot be loaded; the message says what to do.
    """
    if name == DEFAULT:
        return StaticEncoder(MODEL, name)
    if (Path(name) / "manifest.json").is_file() and (Path(name) / "tokenizer.json").is_file():
        return StaticEncoder(Path(name))
    return TransformerEncoder(name)
