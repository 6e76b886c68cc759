"""What every process stands on: errors, settings, paths, files, clocks, logs, resources, worker hosting.

The list is closed: a thing that is none of these belongs to the layer that needs it.
"""
