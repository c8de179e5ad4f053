"""Trains the static Vietnamese-English embedding: `python -m index.train DATA_DIR [--exclude QUERIES.jsonl ...]`.

The model is a table with one row per search term (`index.text.terms`); a text is the mean of its rows, normalised. It
is trained so that a title finds its passage and an English sentence finds its Vietnamese translation: symmetric
in-batch softmax, Adam on the rows a batch touches, terms dropped at random on both sides. Reading takes a few minutes,
then come `--minutes` of steps, all on one core.
"""

from __future__ import annotations

import argparse
import hashlib
import json
import lzma
import re
import sys
import time
import zlib
from array import array
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt

from index.text import VERSION, clean, fold, syllables, terms

Ints = npt.NDArray[np.int32]
Rows = npt.NDArray[np.int64]
Mask = npt.NDArray[np.bool_]
Floats = npt.NDArray[np.float32]

RUN = 12
"""A training row that shares this many syllables in a row (diacritics ignored) with an excluded text is dropped."""

LICENCES = {
    "envi_alt": "CC BY 4.0 (Asian Language Treebank)",
    "envi_basic": "CC BY 2.0 FR (Tatoeba)",
    "envi_docs": "free-software documentation; the row names its project and licence",
    "envi_evb": "none stated",
    "envi_news": "none stated",
    "law_articles": "statutes, not subject to copyright in Vietnam",
    "law_pairs": "statutes, not subject to copyright in Vietnam",
    "vietnews_gov": "none stated",
    "vietnews_title_abstract": "none stated",
    "vietnews_title_passage": "none stated",
}


@dataclass(frozen=True)
class Settings:
    """What one training run is made of; the manifest records every field."""

    # rows (vocabulary size with [UNK]) x dim x 2 bytes + tokenizer.json must stay below 10 MB. At that size more
    # dimensions help English questions, more rows Vietnamese ones: after 1000 steps dev nDCG@10 (vi / every second pair
    # of en2vi, ties in its favour) was 0.656 / 0.625 for 34,000 x 128, 0.654 / 0.668 for 23,000 x 192 and
    # 0.649 / 0.685 for 17,500 x 256.
    rows: int = 18_500
    dim: int = 256
    batch: int = 1024  # every other passage of the batch is a negative
    scale: float = 20.0  # inverse temperature of the softmax
    rate: float = 0.02  # Adam step, linear warm-up then linear decay to 0
    cap: int = 128  # at most about this many terms of one passage per step; the rest are dropped at random
    drop_question: float = 0.1
    drop_passage: float = 0.35
    folded: float = 0.35  # share of question sides typed without diacritics
    parallel: float = 0.4  # share of batches that are English-Vietnamese
    minutes: float = 8.0  # of steps, reading not included; used only when steps is 0
    steps: int = 0
    seed: int = 0


# ---------------------------------------------------------------- reading


@dataclass(frozen=True)
class Pair:
    """A question side and the passage it should find; `parallel` when the question is English."""

    question: str
    passage: str
    parallel: bool = False


@dataclass
class Corpus:
    """Training pairs, held-out pairs (by language of the question), and what was read or dropped, by file name."""

    pairs: list[Pair] = field(default_factory=list)
    dev: dict[str, list[Pair]] = field(default_factory=lambda: {"vi": [], "en": []})
    files: dict[str, dict[str, Any]] = field(default_factory=dict)
    dropped: int = 0


def strings(value: object) -> Iterator[str]:
    """Every string inside a decoded JSON value."""
    if isinstance(value, str):
        yield value
    elif isinstance(value, dict):
        for item in value.values():
            yield from strings(item)
    elif isinstance(value, list):
        for item in value:
            yield from strings(item)


def runs(text: str) -> Iterator[str]:
    """Every run of `RUN` consecutive syllables of `text`, without diacritics."""
    bare = syllables(fold(clean(text)))
    return (" ".join(bare[i : i + RUN]) for i in range(len(bare) - RUN + 1))


def read_excluded(paths: Iterable[Path]) -> frozenset[str]:
    """The syllable runs of every string in the JSON Lines files `paths`."""
    found: set[str] = set()
    for path in paths:
        with path.open(encoding="utf-8") as lines:
            found.update(run for line in lines for text in strings(json.loads(line)) for run in runs(text))
    return frozenset(found)


def read_rows(path: Path) -> Iterator[dict[str, Any]]:
    """Decoded rows of a `.jsonl.xz` file."""
    with lzma.open(path, "rt", encoding="utf-8") as lines:
        for line in lines:
            yield json.loads(line)


def _sha256(path: Path) -> str:
    return hashlib.sha256(path.read_bytes()).hexdigest()


def read_corpus(folder: Path, excluded: frozenset[str] = frozenset(), seed: int = 0) -> Corpus:
    """All pairs in `folder/*.jsonl.xz`; what a row means follows from its field names (see `_pairs_of`).

    One in eight articles that have an `id` and a `body`, and one in sixteen parallel documents, are held out whole.
    :raises ValueError: no such file in `folder`, or a row of an unknown shape.
    """
    paths = sorted(folder.glob("*.jsonl.xz"))
    if not paths:
        raise ValueError(f"{folder} holds no *.jsonl.xz file; give the folder of the training data")
    rng = np.random.default_rng(seed)
    corpus = Corpus()
    held = set[str]()
    # Articles with a body come first: their titles stand again, with the same id, in the title files.
    paths.sort(key=lambda path: "body" not in next(read_rows(path), {}))
    for path in paths:
        kept, dropped, rows = [], 0, 0
        for row in read_rows(path):
            rows += 1
            if excluded and any(run in excluded for text in strings(row) for run in runs(text)):
                dropped += 1
                continue
            kept.append({k: clean(v) if isinstance(v, str) else v for k, v in row.items()})
        if kept and "body" in kept[0]:
            held.update(row["id"] for row in kept if zlib.crc32(row["id"].encode()) % 8 == 0)
        for is_held, pair in _pairs_of(path, kept, held, rng):
            (corpus.dev["en" if pair.parallel else "vi"] if is_held else corpus.pairs).append(pair)
        name = path.name.removesuffix(".jsonl.xz")
        licence = LICENCES.get(name, "unknown")
        corpus.files[path.name] = {"sha256": _sha256(path), "rows": rows, "dropped": dropped, "licence": licence}
        corpus.dropped += dropped
    return corpus


def _pairs_of(
    path: Path, rows: list[dict[str, Any]], held: set[str], rng: np.random.Generator
) -> Iterator[tuple[bool, Pair]]:
    """(held out?, pair) for every pair the rows of one file give."""
    for i, row in enumerate(rows):
        if {"en", "vi"} <= row.keys():
            doc = row.get("doc")
            is_held = doc is not None and zlib.crc32(doc.encode()) % 16 == 0
            window = _window(rows, i, rng)
            if not is_held:
                yield False, Pair(row["en"], row["vi"], parallel=True)
            if window != row["vi"]:
                yield is_held, Pair(row["en"], window, parallel=True)
        elif {"anchor", "positive"} <= row.keys():
            if row.get("id") not in held:
                yield False, Pair(row["anchor"], row["positive"])
        elif {"title", "body"} <= row.keys():
            passages = _passages(row["body"])
            if row["id"] in held:
                if passages:
                    yield True, Pair(row["title"], passages[int(rng.integers(len(passages)))])
                continue
            for passage in passages:
                yield from ((False, pair) for pair in _cloze(passage, rng))
        elif {"law", "title", "text"} <= row.keys():
            for passage in _passages(row["text"])[:4]:
                yield False, Pair(f"{row['title']} {row['law']}", passage)
                yield from ((False, pair) for pair in _cloze(passage, rng))
        else:
            raise ValueError(f"{path.name}: a row with the fields {sorted(row)} is of no known kind; see _pairs_of")


def _window(rows: list[dict[str, Any]], i: int, rng: np.random.Generator) -> str:
    """The Vietnamese of row `i` with up to three neighbours on each side from the same document.

    A question in English is asked of a paragraph, not of a sentence. The treebank rows name no document but stand in
    reading order; some windows there straddle two articles, which a model of this kind can bear.
    """
    before, after = (int(n) for n in rng.integers(0, 4, size=2))
    doc, src = rows[i].get("doc"), rows[i].get("src")
    if doc is None and src != "wiki-alt":
        return str(rows[i]["vi"])
    near = rows[max(0, i - before) : i + after + 1]
    return " ".join(row["vi"] for row in near if row.get("doc") == doc and row.get("src") == src)


_SENTENCE = re.compile(r"(?<=[.!?…])\s+|\n+")


def _passages(body: str, size: int = 700) -> list[str]:
    """Whole sentences of `body` packed into passages of about `size` characters."""
    out = [""]
    for sentence in _SENTENCE.split(body):
        if len(out[-1]) >= size:
            out.append("")
        out[-1] += " " + sentence
    return [passage.strip() for passage in out if len(passage) > 80]


def _cloze(passage: str, rng: np.random.Generator) -> Iterator[Pair]:
    """One sentence of `passage` as the question; half of the time it is taken out of the passage."""
    sentences = [s for s in _SENTENCE.split(passage) if len(s) > 30]
    if len(sentences) > 2:
        pick = sentences[int(rng.integers(len(sentences)))]
        yield Pair(pick, passage.replace(pick, " ") if rng.random() < 0.5 else passage)


# ---------------------------------------------------------------- terms as numbers


@dataclass(frozen=True)
class Ragged:
    """Rows of term numbers: row `i` is `flat[starts[i]:starts[i + 1]]`."""

    flat: Ints
    starts: Rows

    def __len__(self) -> int:
        return len(self.starts) - 1

    def take(self, rows: Rows, keep: Floats, rng: np.random.Generator, bare: Mask, folded: Ints) -> Ragged:
        """These rows; row `i` as typed without diacritics where `bare[i]`, each term kept with probability `keep[i]`.

        `folded[term]` is the number of the term without diacritics, -1 when the vocabulary lacks it.
        """
        sizes = self.starts[rows + 1] - self.starts[rows]
        ends = np.cumsum(sizes)
        owner = np.repeat(np.arange(len(rows)), sizes)
        where = np.arange(ends[-1]) + np.repeat(self.starts[rows] - (ends - sizes), sizes)
        chosen = rng.random(len(where), dtype=np.float32) < keep[owner]
        flat, owner = self.flat[where[chosen]], owner[chosen]
        flat = np.where(bare[owner], folded[flat], flat)
        known = flat >= 0
        counts = np.bincount(owner[known], minlength=len(rows))
        return Ragged(flat[known], np.concatenate([[0], np.cumsum(counts)]))


class Numbering:
    """Gives every distinct term a number in order of appearance."""

    def __init__(self) -> None:
        self.numbers: dict[str, int] = {}

    def ragged(self, texts: Iterable[str]) -> Ragged:
        """The terms of `texts` as numbers."""
        flat, starts = array("i"), array("q", [0])
        number = self.numbers
        for text in texts:
            flat.extend([number.setdefault(term, len(number)) for term in terms(text)])
            starts.append(len(flat))
        return Ragged(np.frombuffer(flat, np.int32), np.frombuffer(starts, np.int64))


ENGLISH = 6
"""An English word counts this many times when the vocabulary is chosen: the texts hold far less English."""

BIGRAM = 12
"""A syllable bigram needs this many times the count of a syllable to enter the vocabulary."""


def choose_vocabulary(
    numbers: dict[str, int], counts: npt.NDArray[np.float64], weights: npt.NDArray[np.float64], size: int
) -> list[str]:
    """The (at most) `size` terms of most weight, heaviest first; `counts` and `weights` are by term number.

    A bigram is kept only without diacritics (`~kinh_te`: folding two syllables merges almost nothing), and a plain
    ASCII syllable only where its folded twin means more than it (`~panthers` stands for `panthers` too, but `~cho` is
    also chó, chợ, chờ). That leaves twice the room for words.
    """
    found = []
    for term, number in numbers.items():
        weight = weights[number]
        if "_" in term:
            weight = weight / BIGRAM if term[0] == "~" else 0.0
        elif term[0] not in "~#@" and fold(term) == term and counts[number] >= 0.8 * counts[numbers["~" + term]]:
            weight = 0.0
        if counts[number] >= 2 and weight >= 0.1:
            found.append((-weight, term))
    return [term for _, term in sorted(found)[:size]]


@dataclass(frozen=True)
class Pool:
    """Pairs of one kind as term numbers: question `i` should find passage `i`."""

    questions: Ragged
    passages: Ragged
    parallel: bool


@dataclass(frozen=True)
class Numbered:
    """All that training needs of the texts. `folded` is described at `Ragged.take`; `counts` is per vocabulary term."""

    vocabulary: list[str]
    counts: Rows
    folded: Ints
    pools: list[Pool]


def _renumber(ragged: Ragged, table: Ints) -> Ragged:
    """`ragged` in the numbers of the vocabulary; terms outside it (table -1) go."""
    flat = table[ragged.flat]
    kept = np.concatenate([[0], np.cumsum(flat >= 0)])
    return Ragged(flat[flat >= 0], kept[ragged.starts])


def number_pairs(pairs: Sequence[Pair], size: int) -> Numbered:
    """The pairs as numbers of a vocabulary of at most `size` terms.

    `terms(fold(text))` is `[fold(term) for term in terms(text)]` (document codes aside), so the form typed without
    diacritics needs no second pass over the text, only a table from term to term.
    """
    numbering = Numbering()
    raw = []
    for parallel in (False, True):
        some = [pair for pair in pairs if pair.parallel == parallel]
        sides = [numbering.ragged(pair.question for pair in some), numbering.ragged(pair.passage for pair in some)]
        raw.append((sides, parallel))
    counts, weights = np.zeros((2, len(numbering.numbers)))
    for (questions, passages), parallel in raw:
        for side, boost in ((questions, ENGLISH if parallel else 1), (passages, 1)):
            found = np.bincount(side.flat, minlength=len(counts))
            counts += found
            weights += boost * found
    vocabulary = choose_vocabulary(numbering.numbers, counts, weights, size)
    table = np.full(len(counts), -1, np.int32)
    old = [numbering.numbers[term] for term in vocabulary]
    table[old] = np.arange(len(old))
    place = {term: i for i, term in enumerate(vocabulary)}
    folded = np.array([place.get(fold(term), -1) for term in vocabulary], np.int32)
    pools = [Pool(_renumber(sides[0], table), _renumber(sides[1], table), parallel) for sides, parallel in raw]
    return Numbered(vocabulary, counts[old].astype(np.int64), folded, [pool for pool in pools if len(pool.questions)])


# ---------------------------------------------------------------- training


class RowAdam:
    """Adam over the rows of a table that a step touched; the others keep their moments."""

    def __init__(self, table: Any) -> None:
        import torch

        self.table = table
        self.first, self.second = torch.zeros_like(table), torch.zeros_like(table)
        self.count = torch.zeros(len(table), 1)

    def step(self, rows: Any, gradient: Any, rate: float) -> None:
        """Moves `table[rows]` against `gradient` (shape (len(rows), dim))."""
        n = self.count[rows] + 1
        first = self.first[rows].mul_(0.9).add_(gradient, alpha=0.1)
        second = self.second[rows].mul_(0.98).addcmul_(gradient, gradient, value=0.02)
        self.count[rows], self.first[rows], self.second[rows] = n, first, second
        root = (second / (1 - 0.98**n)).sqrt_().add_(1e-8)
        self.table[rows] -= rate * (first / (1 - 0.9**n)) / root


def draw(data: Numbered, pool: Pool, settings: Settings, rng: np.random.Generator) -> tuple[Ragged, Ragged]:
    """Question and passage sides of one batch: some Vietnamese typed without diacritics, terms dropped at random.

    In a Vietnamese pair it is the question that loses its diacritics; in a parallel pair, half as often, the passage.
    """
    n = min(settings.batch, len(pool.questions))
    rows = rng.choice(len(pool.questions), n, replace=False).astype(np.int64)
    bare = rng.random(n) < (settings.folded / 2 if pool.parallel else settings.folded)
    never = np.zeros(n, bool)
    sizes = pool.passages.starts[rows + 1] - pool.passages.starts[rows]
    keep = np.minimum(1 - settings.drop_passage, settings.cap / np.maximum(sizes, 1)).astype(np.float32)
    all_of_it = np.full(n, 1 - settings.drop_question, np.float32)
    return (
        pool.questions.take(rows, all_of_it, rng, never if pool.parallel else bare, data.folded),
        pool.passages.take(rows, keep, rng, bare if pool.parallel else never, data.folded),
    )


def step(table: Any, adam: RowAdam, sides: tuple[Ragged, Ragged], scale: float, rate: float) -> float:
    """One step of symmetric in-batch softmax; returns the loss (nats per text)."""
    import torch
    import torch.nn.functional as F

    flat = torch.from_numpy(np.concatenate([side.flat for side in sides])).long()
    seen = torch.zeros(len(table), dtype=torch.bool)
    seen[flat] = True
    rows = seen.nonzero().squeeze(1)
    local = torch.empty(len(table), dtype=torch.long)
    local[rows] = torch.arange(len(rows))
    weight = table[rows].requires_grad_()
    starts = np.concatenate([sides[0].starts[:-1], sides[1].starts[:-1] + len(sides[0].flat)])
    summed = F.embedding_bag(local[flat], weight, torch.from_numpy(starts), mode="sum")
    unit = F.normalize(summed, dim=-1)
    n = len(sides[0])
    scores = scale * unit[:n] @ unit[n:].T
    target = torch.arange(n)
    loss = (F.cross_entropy(scores, target) + F.cross_entropy(scores.T, target)) / 2
    loss.backward()  # type: ignore[no-untyped-call]
    assert weight.grad is not None
    adam.step(rows, weight.grad, rate)
    return float(loss.detach())


def fit(data: Numbered, settings: Settings) -> tuple[Floats, int]:
    """(table of shape (len(data.vocabulary), dim), steps taken).

    Rows start at random with a length that falls with the frequency of the term, so that the untrained model is
    already a rough term-overlap search. With `settings.steps == 0` the first 50 steps are timed and the number of steps
    that fits `settings.minutes` is fixed then: the same `steps` and `seed` give the same table.
    """
    import torch

    rng = np.random.default_rng(settings.seed)
    idf = np.log(1 + data.counts.max() / data.counts)
    start = rng.standard_normal((len(idf), settings.dim)) * (0.1 * idf / idf.mean())[:, None]
    table = torch.from_numpy(start.astype(np.float32))
    adam = RowAdam(table)
    shares = np.array([settings.parallel if pool.parallel else 1 - settings.parallel for pool in data.pools])
    total, warm = settings.steps, 50
    begun, mean = time.monotonic(), 0.0
    done = 0
    while not total or done < total:
        if done == warm and not total:
            total = max(warm, int(warm * settings.minutes * 60 / (time.monotonic() - begun)))
        rate = settings.rate * min((done + 1) / warm, (1 - done / total) if total else 1.0)
        pool = data.pools[int(rng.choice(len(shares), p=shares / shares.sum()))]
        loss = step(table, adam, draw(data, pool, settings, rng), settings.scale, rate)
        mean = loss if not done else 0.99 * mean + 0.01 * loss
        done += 1
        if done % 200 == 0:
            print(f"step {done}/{total or '?'}  loss {mean:.3f}  {time.monotonic() - begun:.0f} s", file=sys.stderr)
    return np.asarray(table.numpy(), np.float32), done


# ---------------------------------------------------------------- measuring and saving


def embed(table: Floats, numbers: dict[str, int], texts: Iterable[str]) -> Floats:
    """Unit rows of `texts` (zero where no term is known), shape (n, dim)."""
    rows = [[numbers[term] for term in terms(text) if term in numbers] for text in texts]
    found = np.array([table[row].sum(axis=0) for row in rows], np.float32)
    found /= np.maximum(np.linalg.norm(found, axis=1, keepdims=True), 1e-12)
    return found


def ndcg10(table: Floats, vocabulary: Sequence[str], pairs: Sequence[Pair], bare: bool = False) -> float:
    """nDCG@10 of each question's own passage, its only relevant one, among the passages of all `pairs`.

    Of equal scores the own passage comes last: a question without a known term must not count as found.
    """
    numbers = {term: i for i, term in enumerate(vocabulary)}
    questions = embed(table, numbers, (fold(pair.question) if bare else pair.question for pair in pairs))
    passages = embed(table, numbers, (pair.passage for pair in pairs))
    scores = questions @ passages.T
    ranks = (scores >= np.diag(scores)[:, None]).sum(axis=1) - 1
    return float(np.where(ranks < 10, 1 / np.log2(ranks + 2), 0.0).mean())


def save(folder: Path, table: Floats, vocabulary: Sequence[str]) -> None:
    """Writes the model so that `SentenceTransformer(folder)` loads it; `vocabulary[i]` becomes token `i + 1`.

    Token 0 is [UNK], its row zero: an unknown term changes the length of the mean, not its direction.
    """
    from safetensors.numpy import save_file
    from tokenizers import Tokenizer
    from tokenizers.models import WordLevel
    from tokenizers.pre_tokenizers import WhitespaceSplit

    folder.mkdir(parents=True, exist_ok=True)
    weights = np.concatenate([np.zeros((1, table.shape[1]), np.float32), table]).astype(np.float16)
    save_file({"embedding.weight": weights}, folder / "model.safetensors")
    (folder / "model.safetensors").chmod(0o644)  # safetensors makes it readable by its owner only
    tokenizer = Tokenizer(WordLevel({term: i for i, term in enumerate(["[UNK]", *vocabulary])}, unk_token="[UNK]"))
    tokenizer.pre_tokenizer = WhitespaceSplit()
    (folder / "tokenizer.json").write_text(tokenizer.to_str(pretty=False), encoding="utf-8")
    kind = "sentence_transformers.sentence_transformer.modules"
    modules = [
        {"idx": 0, "name": "0", "path": "", "type": f"{kind}.static_embedding.StaticEmbedding"},
        {"idx": 1, "name": "1", "path": "", "type": f"{kind}.normalize.Normalize"},
    ]
    (folder / "modules.json").write_text(json.dumps(modules, indent=2) + "\n", encoding="utf-8")
    config = {"model_type": "SentenceTransformer", "similarity_fn_name": "cosine"}
    (folder / "config_sentence_transformers.json").write_text(json.dumps(config, indent=2) + "\n", encoding="utf-8")


def train(folder: Path, out: Path, settings: Settings, excluded: Sequence[Path] = ()) -> dict[str, Any]:
    """Reads, trains, saves to `out` and returns what `out/manifest.json` holds."""
    import torch

    torch.set_num_threads(1)  # sums in one order: the same seed and steps give the same bytes
    corpus = read_corpus(folder, read_excluded(excluded), settings.seed)
    print(f"{len(corpus.pairs)} pairs; {corpus.dropped} rows dropped by the overlap check", file=sys.stderr)
    data = number_pairs(corpus.pairs, settings.rows - 1)
    table, steps = fit(data, settings)
    table = table.astype(np.float16).astype(np.float32)  # as it will be shipped
    found = {"vi": corpus.dev["vi"], "vi-nodiac": corpus.dev["vi"], "en2vi": corpus.dev["en"]}
    dev = {
        name: {"n": len(pairs), "ndcg10": round(ndcg10(table, data.vocabulary, pairs, bare=name == "vi-nodiac"), 4)}
        for name, pairs in found.items()
        if pairs
    }
    save(out, table, data.vocabulary)
    manifest = {
        "settings": {**asdict(settings), "steps": steps},
        "text_version": VERSION,
        "rows": len(data.vocabulary) + 1,
        "pairs": len(corpus.pairs),
        "excluded": {f"{path.parent.name}/{path.name}": _sha256(path) for path in excluded},
        "dropped_by_overlap_check": corpus.dropped,
        "dev": dev,
        "files": corpus.files,
    }
    (out / "manifest.json").write_text(json.dumps(manifest, indent=2, ensure_ascii=False) + "\n", encoding="utf-8")
    return manifest


def main(argv: Sequence[str] | None = None) -> None:
    """The command line."""
    parser = argparse.ArgumentParser(prog="python -m index.train", description=(__doc__ or "").split("\n")[0])
    parser.add_argument("data", type=Path, metavar="DATA_DIR", help="folder of *.jsonl.xz")
    parser.add_argument("--out", type=Path, default=Path(__file__).parent / "model")
    parser.add_argument("--minutes", type=float, default=Settings.minutes)
    parser.add_argument("--steps", type=int, default=0, help="so many steps instead of --minutes; repeatable")
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument("--exclude", type=Path, nargs="+", default=[], help="JSON Lines; rows that overlap are dropped")
    args = parser.parse_args(argv)
    settings = Settings(minutes=args.minutes, steps=args.steps, seed=args.seed)
    manifest = train(args.data, args.out, settings, args.exclude)
    print(json.dumps({k: v for k, v in manifest.items() if k != "files"}, ensure_ascii=False))


if __name__ == "__main__":
    main()
