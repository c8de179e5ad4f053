"""English questions in Vietnamese search terms, by the word table that `index.train_translate` learns.

The lexical half of the search knows an English question only by its names and numbers. `expand` adds to them what its
other words are called in Vietnamese, each with a weight: "university" is searched as đại_học, đại and học.
"""

from __future__ import annotations

import lzma
from collections.abc import Iterator, Mapping
from functools import lru_cache
from pathlib import Path

from index.glossary import glossary
from index.text import clean, marks, syllables, terms

TABLE = Path(__file__).with_name("translations.tsv.xz")

Table = dict[str, dict[str, float]]
"""English word (key form) -> {Vietnamese search term: p(term | word)}, the most probable first."""

# Chosen on held-out parallel documents (evals/LOG.md): nDCG@10 of BM25 grows with the first up to about 2.
_TRANSLATED = 2.0  # the weights of all translations of one word together; a term of a name or number weighs 1
_BORROWED = 0.3  # weight of a translated word as it is: "marketing", "internet"
_COMPOUND = 2.0  # times the shares of both, weight of "khu_công" for "industrial park"

# What carries no content, or only that of a question; left out unless it is written like a name ("Can Tho").
FUNCTION_WORDS = frozenset(
    "a an the of is are was were be been being what which who whom whose when where why how does do did done has have "
    "had having and or for from with without by on in at to into onto about it its itself this that these those there "
    "here then their theirs them they he him his she her hers i you your we our us my me mine not no nor but if so "
    "than also just as any some each every either both all can could will would should shall may might must very more "
    "most much many such only other another own same too t s re ve ll d m please tell say says said according".split()
)


def write_table(path: Path, table: Table, header: str) -> None:
    """Write `table` as lines "word, term, p, term, p …" (tab separated) below `header`, every line of which is made a
    comment. The same table gives the same bytes."""
    lines = [f"# {line}" for line in header.splitlines()]
    lines += ["\t".join([word, *(f"{t}\t{p:.2f}" for t, p in found.items())]) for word, found in table.items()]
    path.write_bytes(lzma.compress("".join(line + "\n" for line in lines).encode(), preset=9))


def read_table(path: Path = TABLE) -> Table:
    """What `write_table` wrote."""
    return {word: read_terms(rest) for word, rest in read_lines(path)}


def read_lines(path: Path) -> Iterator[tuple[str, str]]:
    for line in lzma.decompress(path.read_bytes()).decode().splitlines():
        if not line.startswith("#"):
            word, _, rest = line.partition("\t")
            yield word, rest


def read_terms(rest: str) -> dict[str, float]:
    fields = rest.split("\t") if rest else []
    return {term: float(p) for term, p in zip(fields[::2], fields[1::2], strict=True)}


@lru_cache(maxsize=1)
def _shipped() -> dict[str, str]:
    return dict(read_lines(TABLE))  # a line is taken apart when its word is asked for: a question has ten


@lru_cache(maxsize=4096)
def translations(word: str) -> Mapping[str, float]:
    """Vietnamese terms of an English word (key form), most probable first, with their shares, which add up to 1.

    An inflected form the table lacks is looked up without its ending: corridors, issued. Empty for an unknown word.
    """
    if word in FUNCTION_WORDS:
        return {}
    forms = (word, *base_forms(word))
    table = _shipped()
    learned = read_terms(next((table[form] for form in forms if form in table), ""))
    total = sum(learned.values())
    learned = {term: p / total for term, p in learned.items()}
    written = next((glossary()[form] for form in forms if form in glossary()), {})
    if not (learned and written):
        return written or learned
    both = {term: (written.get(term, 0.0) + learned.get(term, 0.0)) / 2 for term in {**written, **learned}}
    return dict(sorted(both.items(), key=lambda found: -found[1]))


def is_known(word: str) -> bool:
    """True for an English word (key form) that the table translates, or a function word."""
    return word in FUNCTION_WORDS or word in _shipped() or word in glossary()


def base_forms(word: str) -> Iterator[str]:
    """What `word` may be a plural, a past or an -ing form of, likeliest first; not all are words."""
    if len(word) < 4:
        return
    if word.endswith(("ies", "ied")):
        yield word[:-3] + "y"
    if word.endswith("s") and not word.endswith("ss"):
        yield word[:-1]
    if word.endswith("es"):
        yield word[:-2]
    for ending in ("ed", "ing"):
        stem = word.removesuffix(ending)
        if stem != word and len(stem) > 2:
            yield stem + "e"
            yield stem
            if stem[-1] == stem[-2]:
                yield stem[:-1]


def _is_name(typed: str, before: str) -> bool:
    """True when `typed`, after the word `before`, has a capital that opens no sentence."""
    rest = typed[before.endswith((".", "?", "!")) :]
    return rest != rest.lower()


def _is_acronym(typed: str) -> bool:
    return typed.isupper() and len(typed) > 1  # "US", "IT"


def expand(query: str) -> dict[str, float]:
    """Weighted search terms (see `index.text.terms`) for an English `query`.

    Names, numbers, codes and words the table lacks are searched as they are, every term with weight 1. The
    translations of one word share a weight of 2; two neighbours also give the compounds their best translations would
    make in either order, which cost nothing where they are no words. A capital makes a name unless it opens a sentence,
    stands on a lone function word, or all of more than two words are in capitals.
    """
    written = clean(query).replace("’", "'").split()
    if len(written) > 2 and query.isupper():
        written = [typed.lower() for typed in written]
    names = [_is_name(typed, before) for typed, before in zip(written, ["?", *written], strict=False)]
    weights: dict[str, float] = {}
    as_typed: list[str] = [""]  # runs of words searched as they are
    before: tuple[str, float] | None = None  # the best translation of the word before
    for n, typed in enumerate(written):
        typed = typed.rstrip("?!.,;:'\"”)").removesuffix("'s")
        words = syllables(typed)
        coded = any(c.isdigit() for c in typed)
        beside = any(names[max(0, n - 1) : n] + names[n + 1 : n + 2])
        named = coded or (names[n] and (beside or _is_acronym(typed) or not FUNCTION_WORDS.issuperset(words)))
        known = False
        for word in words:
            found = {} if coded else translations(word)
            known |= bool(found) or word in FUNCTION_WORDS
            if not found:
                before = None
                continue
            for term, share in found.items():
                weights[term] = weights.get(term, 0.0) + _TRANSLATED * share
            if not named:
                weights[word] = max(weights.get(word, 0.0), _BORROWED)
            best = next(iter(found.items()))
            for (a, p), (b, q) in ((before, best), (best, before)) if before else ():
                compound = f"{a.rpartition('_')[2]}_{b.partition('_')[0]}"
                weights[compound] = weights.get(compound, 0.0) + _COMPOUND * p * q
            before = best
        if words and (named or not known):
            as_typed[-1] += f" {typed}"
        elif words:
            as_typed.append("")
    for run in as_typed:
        for term in terms(run):
            weights[term] = max(weights.get(term, 0.0), 1.0)
    weights.update(dict.fromkeys(marks(query), 1.0))
    return weights
