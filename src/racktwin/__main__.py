"""``python -m racktwin``."""

from racktwin.cli.main import main

main()
