"""The command line: one command family a module; plain text, or one JSON document with ``--json``."""
