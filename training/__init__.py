"""The offline half: turns a data folder into one evaluated, gated, immutable bundle."""

import os

# Threads of OpenMP that wait for each other are to sleep: beside other work, looking again and
# again doubles the time of training. LightGBM and torch read this when they are loaded, later.
os.environ.setdefault("OMP_WAIT_POLICY", "passive")
