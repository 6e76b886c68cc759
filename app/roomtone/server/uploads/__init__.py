"""Bytes on their way in: tus 1.0.0, half-open requests, seals and expiry."""
