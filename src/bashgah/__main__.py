"""python -m bashgah is the bashgah command."""

from bashgah.cli import main

if __name__ == "__main__":
    main()
