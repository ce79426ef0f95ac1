"""``vivavoz bench`` as a script, for ``true_cost.py``: how well a recogniser streams on recordings
whose word times are known, in simulated real time.

    python benchmarks/streaming.py FOLDER --engine whisper --model DIR [--profile NAME ...]

At the price of a larger model:

    python benchmarks/true_cost.py --cost-model DIR -- python benchmarks/streaming.py ...
"""

from vivavoz.cli.bench import app

if __name__ == "__main__":
    app()
