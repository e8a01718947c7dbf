"""The command, imported light: each worker process imports this module again before it begins."""


def main() -> None:
    """Run the command line of `sim.cli`."""
    from sim.cli import main as command

    command()


if __name__ == "__main__":
    main()
