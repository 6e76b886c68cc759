"""The collaboration server: accounts, projects, takes, uploads, downloads and the change feed.

``api`` speaks HTTP, ``services`` holds the rules, ``uploads`` takes bytes in, ``storage`` keeps them and ``db``
remembers the rest. It imports only ``wire`` and ``foundation``.
"""
