"""``python -m filoscope``: the same as the command ``filoscope``."""

from filoscope.cli import main

if __name__ == "__main__":
    raise SystemExit(main())
