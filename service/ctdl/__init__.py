"""A planned path as pathways of CTDL, the Credential Registry's vocabulary, in JSON-LD."""

from __future__ import annotations

from service.ctdl.pathway import pathways

__all__ = ["pathways"]
