"""Passive views: they are given whole models, paint them, and emit what the person wishes."""
