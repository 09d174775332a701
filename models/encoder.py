"""Text to vectors at query time: the bundle's ONNX encoder with its tokenizer."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import numpy as np
import onnxruntime
from numpy.typing import NDArray
from tokenizers import Tokenizer

MODEL_FILE = "model.onnx"
WEIGHTS_FILE = "model.onnx.data"
"""The graph's weights, apart so that they are mapped; older bundles have them in the graph."""

QUICK_FILE = "quick.onnx"
"""The same graph with weights of 8 bits: less than half the time, a cosine of .99 with the other's
vectors. It reads long texts; a vector depends a little on those encoded together with it.
"""

TOKENIZER_FILE = "tokenizer.json"
MAX_TOKENS = 128


class TextEncoder:
    """Encodes texts into unit vectors ``(n, dim)``.

    The graph takes ``input_ids`` and ``attention_mask`` (int64) and has pooling and
    normalisation inside. ``threads`` bounds the processor threads of one call; ``graph`` is the
    file that holds it.
    """

    def __init__(self, folder: Path, threads: int = 1, graph: str = MODEL_FILE) -> None:
        self.folder = folder
        self._tokenizer = Tokenizer.from_file(str(folder / TOKENIZER_FILE))
        self._tokenizer.enable_truncation(MAX_TOKENS)
        self._tokenizer.enable_padding()
        options = onnxruntime.SessionOptions()
        options.intra_op_num_threads = threads
        options.inter_op_num_threads = 1
        self._session = onnxruntime.InferenceSession(
            str(folder / graph), options, providers=["CPUExecutionProvider"]
        )
        self.dim = int(self._session.get_outputs()[0].shape[1])

    def encode(self, texts: Sequence[str]) -> NDArray[np.float32]:
        """Unit vectors of shape ``(len(texts), dim)``, float32."""
        if not texts:
            return np.zeros((0, self.dim), np.float32)
        encoded = self._tokenizer.encode_batch(list(texts))
        inputs = {
            "input_ids": np.array([e.ids for e in encoded], np.int64),
            "attention_mask": np.array([e.attention_mask for e in encoded], np.int64),
        }
        vectors: NDArray[np.float32] = self._session.run(None, inputs)[0]
        return vectors
