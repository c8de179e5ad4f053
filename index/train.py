"""Trains the static Vietnamese-English embedding: `python -m index.train DATA_DIR [--exclude QUERIES.jsonl ...]`.

The model is a table with one row per search term (`index.text.terms`). In training a text is the mean of its rows,
normalised; in use a term said again counts less, and a pair of words less than a word (`index.encoder.repeats`). It is
trained so that a title or a question finds its passage and an English sentence finds its Vietnamese translation:
symmetric in-batch softmax, Adam on the rows a batch touches, terms dropped at random on both sides. Half of the batches
are made of blocks of passages that are near each other, in an article or by their words: those are the hard negatives.
"""

from __future__ import annotations

import argparse
import json
import sys
import time
from array import array
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt

from index.console import never_fail
from index.encoder import spelled_out
from index.errors import UsageError
from index.text import VERSION, fold, syllables
from index.train_data import Kind, Pair, read_corpus, read_excluded, sha256

Ints = npt.NDArray[np.int64]
Mask = npt.NDArray[np.bool_]
Floats = npt.NDArray[np.float32]

SHARES: Mapping[Kind, float] = {
    "title": 2.0,
    "abstract": 1.5,
    "statute": 0.7,
    "sentence": 1.3,
    "question": 2.5,
    "neighbour": 0.5,
    "english": 1.5,
    "english window": 2.5,
}
"""How often a batch is of each kind, in proportion."""


@dataclass(frozen=True)
class Settings:
    """What one training run is made of; the manifest records every field. Figures: evals/LOG.md."""

    # With [UNK]; rows x dim x 2 bytes and tokenizer.json must stay below 30 MB. Dev nDCG@10 after 600 steps (news
    # titles, questions on articles, on statutes, in English, the project's own): 55,000 x 256 had 0.698 0.479 0.450
    # 0.507 0.705, 39,000 x 384 0.700 0.489 0.448 0.515 0.714, 27,500 x 512 0.694 0.501 0.446 0.532 0.718.
    rows: int = 38_000
    dim: int = 384
    batch: int = 1024  # every other passage of the batch is a negative
    block: int = 16  # passages near each other that come together in a batch of hard negatives
    hard: float = 0.5  # share of batches made of such blocks
    scale: float = 20.0  # inverse temperature of the softmax
    rate: float = 0.02  # Adam step, linear warm-up then linear decay to 0
    cap: int = 128  # at most about this many terms of one passage per step; the rest are dropped at random
    drop_question: float = 0.1
    drop_passage: float = 0.35
    folded: float = 0.35  # share of question sides typed without diacritics
    steps: int = 11_000
    seed: int = 0


# ---------------------------------------------------------------- texts as numbers


@dataclass(frozen=True)
class Ragged:
    """Rows of numbers: row `i` is `flat[starts[i]:starts[i + 1]]`."""

    flat: npt.NDArray[np.int32]
    starts: Ints

    def __len__(self) -> int:
        return len(self.starts) - 1

    def take(self, rows: Ints, keep: Floats, rng: np.random.Generator, bare: Mask, folded: Ints) -> Ragged:
        """These rows; row `i` as typed without diacritics where `bare[i]`, each number kept with probability `keep[i]`.

        `folded[n]` is what the number `n` becomes without diacritics, -1 when nothing does.
        """
        sizes = self.starts[rows + 1] - self.starts[rows]
        ends = np.cumsum(sizes)
        owner = np.repeat(np.arange(len(rows)), sizes)
        where = np.arange(ends[-1]) + np.repeat(self.starts[rows] - (ends - sizes), sizes)
        chosen = rng.random(len(where), dtype=np.float32) < keep[owner]
        flat, owner = self.flat[where[chosen]], owner[chosen]
        flat = np.where(bare[owner], folded[flat], flat).astype(np.int32)
        known = flat >= 0
        return _ragged(flat[known], owner[known], len(rows))


def _ragged(flat: npt.NDArray[np.int32], owner: Ints, size: int) -> Ragged:
    """`flat` in rows, given which row owns each number, ascending."""
    counts = np.bincount(owner, minlength=size)
    return Ragged(flat, np.concatenate([np.zeros(1, np.int64), np.cumsum(counts)]))


class Texts:
    """Distinct texts as the numbers of their words; a word is a syllable in key form."""

    def __init__(self) -> None:
        self.words: dict[str, int] = {}
        self._flat, self._starts = array("i"), array("q", [0])
        self._numbers: dict[str, int] = {}

    def add(self, text: str) -> int:
        """The number of `text`."""
        known = self._numbers.get(text)
        if known is None:
            known = self._numbers[text] = len(self._numbers)
            words = self.words
            self._flat.extend([words.setdefault(word, len(words)) for word in syllables(text)])
            self._starts.append(len(self._flat))
        return known

    def ragged(self) -> Ragged:
        return Ragged(np.frombuffer(self._flat, np.int32), np.frombuffer(self._starts, np.int64))


@dataclass(frozen=True)
class Pool:
    """Pairs of one kind as numbers of texts: text `questions[i]` should find text `passages[i]`. Neighbours in any of
    the `orders` are near each other."""

    kind: Kind
    questions: Ints
    passages: Ints
    orders: tuple[Ints, ...] = ()

    @property
    def parallel(self) -> bool:
        return self.kind.startswith("english")


# ---------------------------------------------------------------- the vocabulary

ENGLISH = 6
"""A word of an English question counts so many times when the vocabulary is chosen: the texts hold far less English."""

BIGRAM = 12
"""A syllable bigram needs this many times the count of a syllable to enter the vocabulary."""


@dataclass(frozen=True)
class Vocabulary:
    """The terms that have a row, and how to find them from word numbers. -1 stands for no row."""

    terms: list[str]
    plain: Ints  # word number -> row of the word as written
    bare: Ints  # word number -> row of "~" and the word without diacritics
    bare_words: Ints  # word number -> number of the word without diacritics
    pairs: Ints  # ascending: bare word number * len(plain) + bare word number of a bigram that has a row
    pair_rows: Ints

    def rows(self, texts: Ragged) -> Ragged:
        """The rows of every text, in no order within it."""
        words = texts.flat
        owner = np.repeat(np.arange(len(texts)), np.diff(texts.starts))
        pairs, together = _pairs(self.bare_words[words], owner, len(self.plain))
        at = np.minimum(np.searchsorted(self.pairs, pairs), max(len(self.pairs) - 1, 0))
        paired = np.full(len(pairs), -1, np.int64)
        if len(self.pairs):
            paired = np.where(together & (self.pairs[at] == pairs), self.pair_rows[at], -1)
        rows = np.concatenate([self.plain[words], self.bare[words], paired])
        owners = np.concatenate([owner, owner, owner[: len(pairs)]])
        owners, rows = owners[rows >= 0], rows[rows >= 0]
        order = np.argsort(owners, kind="stable")
        return _ragged(rows[order].astype(np.int32), owners[order], len(texts))


def _pairs(bare: Ints, owner: Ints, size: int) -> tuple[Ints, Mask]:
    """Every two neighbouring words as one number, and whether both are of one text."""
    return bare[:-1] * size + bare[1:], owner[:-1] == owner[1:]


def choose_vocabulary(words: Mapping[str, int], texts: Ragged, english: Ints, size: int) -> Vocabulary:
    """The (at most) `size` terms of most weight, heaviest first; `english` are the numbers of texts that are English.

    A bigram is kept only without diacritics (`~kinh_te`: folding two syllables merges almost nothing), and a plain
    ASCII syllable only where its folded twin means more than it (`~panthers` stands for `panthers` too, but `~cho` is
    also chó, chợ, chờ). That leaves twice the room for words.
    """
    names = list(words)
    bare_names = [fold(name) for name in names]
    # the number of the bare spelling, itself a word or not
    bare_numbers: dict[str, int] = {}
    bare_words = np.array([bare_numbers.setdefault(bare, len(bare_numbers)) for bare in bare_names], np.int64)
    counts = np.bincount(texts.flat, minlength=len(names)).astype(float)
    weights = counts.copy()
    owner = np.repeat(np.arange(len(texts)), np.diff(texts.starts))
    in_english = np.zeros(len(texts), bool)
    in_english[english] = True
    weights += (ENGLISH - 1) * np.bincount(texts.flat[in_english[owner]], minlength=len(names))
    bare_counts = np.bincount(bare_words, weights=counts)
    bare_weights = np.bincount(bare_words, weights=weights)
    twin = np.array([name == bare for name, bare in zip(names, bare_names, strict=True)], bool)
    plain_weights = np.where(twin & (counts >= 0.8 * bare_counts[bare_words]), 0.0, weights)
    pairs, together = _pairs(bare_words[texts.flat], owner, len(names))
    pairs, pair_counts = np.unique(pairs[together], return_counts=True)

    weight = np.concatenate([plain_weights, bare_weights, pair_counts / BIGRAM])
    enough = np.concatenate([counts, bare_counts, pair_counts]) >= 2
    best = np.argsort(-weight, kind="stable")
    best = best[enough[best] & (weight[best] >= 0.1)][:size]
    row = np.full(len(weight), -1, np.int64)
    row[best] = np.arange(len(best))
    plain, bare, paired = np.split(row, [len(names), len(names) + len(bare_numbers)])
    spelled = list(bare_numbers)
    terms = []
    for term in best.tolist():
        if term < len(names):
            terms.append(names[term])
        elif term < len(names) + len(spelled):
            terms.append("~" + spelled[term - len(names)])
        else:
            first, second = divmod(int(pairs[term - len(names) - len(spelled)]), len(names))
            terms.append(f"~{spelled[first]}_{spelled[second]}")
    has_row = paired >= 0
    return Vocabulary(terms, plain, bare[bare_words], bare_words, pairs[has_row], paired[has_row])


# ---------------------------------------------------------------- training


@dataclass(frozen=True)
class Numbered:
    """All that training needs: the rows of every text, what each row becomes without diacritics, and the pools."""

    vocabulary: Vocabulary
    texts: Ragged
    counts: Ints  # per row
    folded: Ints  # see Ragged.take
    pools: tuple[Pool, ...]


def number_pairs(pairs: Mapping[Kind, Sequence[Pair]], size: int) -> Numbered:
    """The pairs as numbers, over a vocabulary of at most `size` terms."""
    texts = Texts()
    pools = [
        Pool(
            kind,
            np.array([texts.add(pair.question) for pair in some], np.int64),
            np.array([texts.add(pair.passage) for pair in some], np.int64),
        )
        for kind, some in pairs.items()
        if some
    ]
    words = texts.ragged()
    english = [pool.questions for pool in pools if pool.kind == "english"]
    vocabulary = choose_vocabulary(
        texts.words, words, np.unique(np.concatenate(english)) if english else np.zeros(0, np.int64), size
    )
    rows = vocabulary.rows(words)
    place = {term: i for i, term in enumerate(vocabulary.terms)}
    folded = np.array([place.get(fold(term), -1) for term in vocabulary.terms], np.int64)
    counts = np.maximum(np.bincount(rows.flat, minlength=len(folded)), 1)
    return Numbered(vocabulary, rows, counts, folded, tuple(pools))


def first_table(counts: Ints, dim: int, rng: np.random.Generator) -> Floats:
    """Random rows whose length falls with the frequency of the term: the untrained model is already a rough
    term-overlap search."""
    idf = np.log(1 + counts.max() / counts)
    return np.asarray(rng.standard_normal((len(idf), dim)) * (0.1 * idf / idf.mean())[:, None], np.float32)


_NEAR_DIMENSIONS = 64  # of the untrained table, enough to tell which passages share words
_NEAR = 64  # passages to a group of near ones, on average


def with_orders(pool: Pool, data: Numbered, table: Floats, rng: np.random.Generator) -> Pool:
    """The pool with two orders: as read (neighbours come from one article), and passages that share words together:
    each goes to the nearest of some random passages, by the cosines of the untrained model."""
    unit = embed(table[:, :_NEAR_DIMENSIONS], data.texts, pool.passages)
    centres = unit[rng.choice(len(unit), max(1, min(2000, len(unit) // _NEAR)), replace=False)]
    group = np.concatenate([np.argmax(unit[i : i + 20_000] @ centres.T, axis=1) for i in range(0, len(unit), 20_000)])
    shuffled = np.argsort(group + rng.random(len(group)), kind="stable")
    return Pool(pool.kind, pool.questions, pool.passages, (np.arange(len(unit)), shuffled))


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


def pick(pool: Pool, settings: Settings, rng: np.random.Generator) -> Ints:
    """Which pairs make up a batch: any, or blocks of near ones."""
    size, block = len(pool.questions), settings.block
    if not pool.orders or size < settings.batch or rng.random() >= settings.hard:
        return rng.choice(size, min(settings.batch, size), replace=False).astype(np.int64)
    order = pool.orders[int(rng.integers(len(pool.orders)))]
    first = rng.integers(0, size - block + 1, settings.batch // block)
    chosen: Ints = order[np.unique(first[:, None] + np.arange(block))]
    return chosen


def draw(data: Numbered, pool: Pool, chosen: Ints, settings: Settings, rng: np.random.Generator) -> tuple[Ragged, ...]:
    """Question and passage sides of one batch: some Vietnamese typed without diacritics, terms dropped at random.

    In a Vietnamese pair it is the question that loses its diacritics; in a parallel pair, half as often, the passage.
    """
    bare = rng.random(len(chosen)) < (settings.folded / 2 if pool.parallel else settings.folded)
    never = np.zeros(len(chosen), bool)
    questions, passages = pool.questions[chosen], pool.passages[chosen]

    def keep(texts: Ints, drop: float) -> Floats:
        sizes = np.maximum(data.texts.starts[texts + 1] - data.texts.starts[texts], 1)
        return np.asarray(np.minimum(1 - drop, settings.cap / sizes), np.float32)

    return (
        data.texts.take(
            questions, keep(questions, settings.drop_question), rng, never if pool.parallel else bare, data.folded
        ),
        data.texts.take(
            passages, keep(passages, settings.drop_passage), rng, bare if pool.parallel else never, data.folded
        ),
    )


def step(table: Any, adam: RowAdam, sides: tuple[Ragged, ...], same: Mask, scale: float, rate: float) -> float:
    """One batch: its loss, after moving the rows it touches; `same[i, j]` where passages i and j are one text."""
    import torch
    import torch.nn.functional as F

    questions, passages = sides
    touched, places = np.unique(np.concatenate([questions.flat, passages.flat]), return_inverse=True)
    starts = np.concatenate([questions.starts[:-1], passages.starts[:-1] + questions.starts[-1]])
    rows = torch.from_numpy(touched.astype(np.int64))
    weight = table[rows].requires_grad_(True)
    summed = F.embedding_bag(torch.from_numpy(places.astype(np.int64)), weight, torch.from_numpy(starts), mode="sum")
    unit = F.normalize(summed, dim=-1)
    n = len(questions)
    scores = scale * unit[:n] @ unit[n:].T
    scores = scores.masked_fill(torch.from_numpy(same & ~np.eye(n, dtype=bool)), -1e4)
    target = torch.arange(n)
    loss = (F.cross_entropy(scores, target) + F.cross_entropy(scores.T, target)) / 2
    loss.backward()  # type: ignore[no-untyped-call]
    assert weight.grad is not None
    adam.step(rows, weight.grad, rate)
    return float(loss.detach())


def fit(data: Numbered, settings: Settings) -> Floats:
    """The table, shape (len(data.vocabulary.terms), dim); the same settings and data give the same one."""
    import torch

    rng = np.random.default_rng(settings.seed)
    start = first_table(data.counts, settings.dim, rng)
    pools = [with_orders(pool, data, start, rng) for pool in data.pools]
    table = torch.from_numpy(start)
    adam = RowAdam(table)
    shares = np.array([SHARES[pool.kind] for pool in pools])
    begun, mean = time.monotonic(), 0.0
    for done in range(settings.steps):
        rate = settings.rate * min((done + 1) / 50, 1 - done / settings.steps)
        pool = pools[int(rng.choice(len(shares), p=shares / shares.sum()))]
        chosen = pick(pool, settings, rng)
        passages = pool.passages[chosen]
        sides = draw(data, pool, chosen, settings, rng)
        loss = step(table, adam, sides, passages[:, None] == passages[None, :], settings.scale, rate)
        mean = 0.99 * mean + 0.01 * loss if done else loss
        if (done + 1) % 200 == 0:
            seconds = time.monotonic() - begun
            print(f"step {done + 1}/{settings.steps}  loss {mean:.3f}  {seconds:.0f} s", file=sys.stderr)
    return np.asarray(table.numpy(), np.float32)


# ---------------------------------------------------------------- measuring and saving


def embed(table: Floats, texts: Ragged, chosen: Ints) -> Floats:
    """Unit rows of the `chosen` texts (zero where no term is known), shape (len(chosen), dim)."""
    out = np.zeros((len(chosen), table.shape[1]), np.float32)
    for i, text in enumerate(chosen.tolist()):
        rows = texts.flat[texts.starts[text] : texts.starts[text + 1]]
        if len(rows):
            out[i] = table[rows].sum(axis=0)
    return np.asarray(out / np.maximum(np.linalg.norm(out, axis=1, keepdims=True), 1e-12), np.float32)


def ndcg10(table: Floats, vocabulary: Sequence[str], pairs: Sequence[Pair], bare: bool = False) -> float:
    """nDCG@10 of each question's own passage, its only relevant one, among the passages of all `pairs`.

    Of equal scores the own passage comes last: a question without a known term must not count as found.
    """
    place = {term: i for i, term in enumerate(vocabulary)}

    def unit(texts: Iterable[str]) -> Floats:
        rows = [[place[term] for term in spelled_out(text).split() if term in place] for text in texts]
        flat = np.array([row for one in rows for row in one], np.int32)
        starts = np.concatenate([[0], np.cumsum([len(row) for row in rows])]).astype(np.int64)
        return embed(table, Ragged(flat, starts), np.arange(len(rows)))

    questions = unit(fold(pair.question) if bare else pair.question for pair in pairs)
    scores = questions @ unit(pair.passage for pair in pairs).T
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
    from threadpoolctl import threadpool_limits  # type: ignore[import-untyped]

    # sums in one order, in torch and in NumPy's BLAS: the same seed and steps give the same bytes
    torch.set_num_threads(1)
    with threadpool_limits(1):
        return _train(folder, out, settings, excluded)


def _train(folder: Path, out: Path, settings: Settings, excluded: Sequence[Path]) -> dict[str, Any]:
    unwanted = read_excluded(excluded)
    corpus = read_corpus(folder, unwanted, settings.seed)
    sizes = {kind: len(pairs) for kind, pairs in corpus.pairs.items()}
    print(f"{sizes}; {corpus.dropped} rows dropped by the overlap check", file=sys.stderr)
    data = number_pairs(corpus.pairs, settings.rows - 1)
    corpus.pairs.clear()  # 2 GB of text
    table = fit(data, settings).astype(np.float16).astype(np.float32)  # as it will be shipped
    vocabulary = data.vocabulary.terms
    save(out, table, vocabulary)
    dev = {}
    for name, pairs in sorted(corpus.dev.items()):
        for bare in (False, True) if name != "en" else (False,):
            figure = {"n": len(pairs), "ndcg10": round(ndcg10(table, vocabulary, pairs, bare), 4)}
            dev[name + " without diacritics" * bare] = figure
    manifest = {
        "settings": asdict(settings),
        "shares": {kind: SHARES[kind] for kind in sizes},
        "text_version": VERSION,
        "rows": len(vocabulary) + 1,
        "pairs": sizes,
        "excluded": {f"{path.parent.name}/{path.name}": sha256(path) for path in excluded},
        "excluded_texts_too_short_to_check": unwanted.unchecked,
        "dropped_by_overlap_check": corpus.dropped,
        "dev": dev,
        "files": corpus.files,
    }
    (out / "manifest.json").write_text(json.dumps(manifest, indent=2, ensure_ascii=False) + "\n", encoding="utf-8")
    return manifest


def main(argv: Sequence[str] | None = None) -> int:
    """The command line; returns the exit status: 0 done, 2 wrong usage."""
    never_fail()
    parser = argparse.ArgumentParser(prog="python -m index.train", description=(__doc__ or "").split("\n")[0])
    parser.add_argument("data", type=Path, metavar="DATA_DIR", help="folder of *.jsonl.xz")
    parser.add_argument("--out", type=Path, default=Path(__file__).parent / "model")
    parser.add_argument("--steps", type=int, default=Settings.steps)
    parser.add_argument("--seed", type=int, default=Settings.seed)
    parser.add_argument("--exclude", type=Path, nargs="+", default=[], help="JSON Lines; rows that overlap are dropped")
    args = parser.parse_args(argv)
    try:
        manifest = train(args.data, args.out, Settings(steps=args.steps, seed=args.seed), args.exclude)
    except UsageError as error:
        print(f"index.train: {error}", file=sys.stderr)
        return 2
    print(json.dumps({k: v for k, v in manifest.items() if k != "files"}, ensure_ascii=False))
    return 0


if __name__ == "__main__":
    sys.exit(main())
