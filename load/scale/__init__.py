"""How the service grows with the catalogue: ``python -m load.scale``."""
