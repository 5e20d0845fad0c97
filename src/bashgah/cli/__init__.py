"""Door: the bashgah command.

Remembers: nothing.
Promises: each command says what it does, shows progress on anything long and fails in plain words; what it
starts it also stops.
Listens to: the operator.
Never: holds logic of its own; it calls one service or starts one process.
"""


def main() -> None:
    """Run the command; imports wait until here so that --help is quick."""
    from bashgah.cli.commands import app

    app()
