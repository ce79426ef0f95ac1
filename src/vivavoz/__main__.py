"""``python -m vivavoz`` is the same as the ``vivavoz`` command."""

from vivavoz.cli import main

if __name__ == "__main__":
    main()
