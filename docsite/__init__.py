"""The documentation as a site: ``docs/`` beside a reference that is made from the code."""
