"""The use cases: the only API that the faces see.

``snapshot`` is the contract: whole, immutable states go out, intents come in through ``studio.Studio``.
"""
