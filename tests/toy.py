"""A toy encoder small enough to work out on paper: a text is the normalised count of its letters a-z after folding."""

from collections.abc import Sequence

import numpy as np
import numpy.typing as npt

from index.text import fold


class ToyEncoder:
    name = "toy"
    fingerprint = "toy-1"
    dim = 27  # a-z, and one constant so that no text is the zero vector

    def encode(self, texts: Sequence[str], *, query: bool = False) -> npt.NDArray[np.float32]:
        rows = np.zeros((len(texts), self.dim), dtype=np.float32)
        rows[:, 26] = 0.1
        for row, text in zip(rows, texts, strict=True):
            for char in fold(text).lower():
                if "a" <= char <= "z":
                    row[ord(char) - 97] += 1
        return rows / np.linalg.norm(rows, axis=1, keepdims=True)
