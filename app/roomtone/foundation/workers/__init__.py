"""Hosting of worker processes: found by name, reached over a local authenticated socket, JSON only.

A worker is started as our own executable, detached from whoever asked for it, so that the end of a window is
never the end of a take. ``host`` is the worker's side, ``client`` everybody else's, ``spawn`` starts one.
"""
