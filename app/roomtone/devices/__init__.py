"""What the machine offers: audio inputs and outputs, and product-quality stand-ins for them.

``model`` is plain data and imports nothing heavy; ``streams`` says what an input owes; ``portaudio`` and
``practice`` implement it; ``lister`` is a process of its own, because looking for devices stops running streams.
"""
