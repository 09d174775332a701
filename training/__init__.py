"""The offline half: turns a data folder into one evaluated, gated, immutable bundle."""
