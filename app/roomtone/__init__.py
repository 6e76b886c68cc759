"""Roomtone: create together from home."""

__version__ = "0.1.0"
