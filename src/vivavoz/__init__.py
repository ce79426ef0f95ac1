"""Vivavoz: a self-hosted server that turns speech into text while it is being spoken."""

__version__ = "0.1.0"
