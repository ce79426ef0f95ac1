"""Who decodes: implementations of ``recognition/engine.py`` and how they are found and loaded."""
