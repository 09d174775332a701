"""LTI 1.3: learning platforms that open Cairn inside their pages."""
