"""Moving pictures: cameras, streams by address, screens and windows, and the practice picture.

Each source that is open has a process of its own (``camera``), because drivers and decoders hang, and some crash.
It puts its frames into memory that it shares (``ring``) and tells of each in a line (``messages``).
"""
