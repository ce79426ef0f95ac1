"""Speech or silence: where an utterance starts and where it ends."""
