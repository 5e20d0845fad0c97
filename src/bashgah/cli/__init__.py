"""Door: the bashgah command."""


def main() -> None:
    """Run the command; imports wait until here so that --help is quick."""
    from bashgah.cli.commands import app

    app()
