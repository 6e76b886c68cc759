"""Takes to what is made of them: the render worker and its client.

So far it brings existing files in as takes, draws waveforms and measures loudness; all decoding of foreign
media happens in its process.
"""
