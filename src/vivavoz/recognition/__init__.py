"""Hypotheses into text: the project's core, free of I/O."""
