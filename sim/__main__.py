"""The command, imported light: each worker process imports this module again before it begins."""

import sys

from sim.printing import say_for_now, unsay


def main() -> None:
    """Run the command line of `sim.cli`."""
    say_for_now("starting ...")
    try:
        from sim.cli import main as command
    except (ImportError, MemoryError, OSError) as error:
        # A package is missing, or there is no room to load one.
        unsay()
        print(f"cte-sim: cannot be started: {' '.join(str(error).split())[:200]}", file=sys.stderr)
        raise SystemExit(1) from error
    command()


if __name__ == "__main__":
    main()
