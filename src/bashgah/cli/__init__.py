"""Door: the bashgah command.

Remembers: nothing.
Promises: each command says what it does, shows progress on anything long and fails in plain words; what it
starts it also stops.
Listens to: the operator.
Never: holds logic of its own; it calls one service or starts one process.
"""

import sys


def main() -> None:
    """Run the command; imports wait until here so that --help is quick.

    What is refused, a database that goes away meanwhile and settings that cannot be are the operator's matter
    and said in a sentence; every other fault is ours and stays loud.
    """
    from django.core.exceptions import ImproperlyConfigured
    from psycopg import OperationalError

    from bashgah.cli.commands import app
    from bashgah.kit.phrases import say
    from bashgah.kit.refusals import Refusal

    try:
        app()
    except Refusal as refusal:
        sys.stderr.write(f"bashgah: {say(refusal.phrase, 'en')}\n")
        raise SystemExit(1) from None
    except ImproperlyConfigured as error:
        sys.stderr.write(f"bashgah: {error}\n")
        raise SystemExit(1) from None
    except Exception as error:
        if isinstance(error, OperationalError) or isinstance(error.__cause__, OperationalError):
            sys.stderr.write(f"bashgah: the database went away: {str(error).strip().splitlines()[-1]}\n")
            raise SystemExit(1) from None
        raise
