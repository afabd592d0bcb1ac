"""`python -m bilik.cli`, for the process manager."""

from bilik.cli import main

main()
