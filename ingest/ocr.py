"""Letters of a picture by Tesseract with its Vietnamese data, both programs of the system."""

from __future__ import annotations

import io
import subprocess
import warnings
from dataclasses import dataclass
from functools import cache

from index.errors import ReadError

MISSING = (
    "it is scanned, and reading pictures needs Tesseract with Vietnamese: apt install tesseract-ocr tesseract-ocr-vie"
)
DPI = 200  # pages are drawn at; measured: 300 is no better
_SECONDS = 60  # for one page, which takes one to three


@dataclass(frozen=True, slots=True)
class Word:
    """A word on a page, with its box in pixels from the upper left corner, and the line and paragraph it stands in."""

    text: str
    left: int
    right: int
    height: int
    line: tuple[int, ...]  # block, paragraph, line


def recognised(picture: bytes) -> list[Word]:
    """The words of one page in reading order; `picture` is an image file.

    Raises ReadError when Tesseract is missing, fails or hangs.

    To be called with OMP_THREAD_LIMIT=1 in the environment: with threads a page took 10 s instead of 2. `vie` alone is
    better than `vie+eng` (CER 0.0010 and 0.0019).
    """
    if not available():
        raise ReadError(MISSING)
    command = ["tesseract", "stdin", "stdout", "-l", "vie", "--dpi", str(DPI), "tsv"]
    try:
        run = subprocess.run(command, input=picture, capture_output=True, timeout=_SECONDS, check=False)
    except subprocess.TimeoutExpired as error:
        raise ReadError(f"reading one of its pictures took more than {_SECONDS} seconds") from error
    if run.returncode:
        said = run.stderr.decode("utf-8", "replace").strip().split("\n")[-1][:200]
        raise ReadError(f"Tesseract could not read its picture ({said})")
    words = []
    for row in run.stdout.decode("utf-8", "replace").split("\n")[1:]:
        cells = row.split("\t")
        if len(cells) == 12 and cells[0] == "5" and cells[11].strip():
            _, _, block, paragraph, line, _, left, _, width, height = map(int, cells[:10])
            words.append(Word(cells[11].strip(), left, left + width, height, (block, paragraph, line)))
    return words


@cache
def available() -> bool:
    """True when Tesseract is there with Vietnamese."""
    try:
        run = subprocess.run(["tesseract", "--list-langs"], capture_output=True, text=True, timeout=20, check=False)
    except OSError:
        return False
    return "vie" in run.stdout.split()


def pages(data: bytes, most: int, most_pixels: int) -> list[bytes]:
    """The pages of an image file, each as a grey picture of at most `most_pixels`. Raises ReadError when there are
    more than `most`, when one is too large, or when the file is damaged."""
    from PIL import Image

    Image.MAX_IMAGE_PIXELS = most_pixels
    found = []
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("error", Image.DecompressionBombWarning)
            image = Image.open(io.BytesIO(data))
            if getattr(image, "n_frames", 1) > most:
                raise ReadError(f"it has more than {most} pages; split it")
            for number in range(getattr(image, "n_frames", 1)):
                image.seek(number)
                out = io.BytesIO()
                image.convert("L").save(out, "PPM")
                found.append(out.getvalue())
    except (Image.DecompressionBombError, Image.DecompressionBombWarning) as error:
        raise ReadError(f"the picture has more than the {most_pixels:,} pixels allowed") from error
    except (OSError, ValueError, SyntaxError, EOFError) as error:
        raise ReadError(f"the picture is damaged ({error})") from error
    return found
