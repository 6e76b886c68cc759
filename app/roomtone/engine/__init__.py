"""Devices to take folder, and playback: the engine worker and its client.

``messages`` is the contract of the process. ``client`` is what the layers above use; ``worker`` puts the
process together and is imported by nobody else.
"""
