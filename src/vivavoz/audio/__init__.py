"""Sound in, PCM out."""
