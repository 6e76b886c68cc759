"""What is recorded, on disk: the model, the folder format, the library index, recovery and migrations.

``folder`` is the disk's one contract. The folder of a take is the truth; the library is an index over it.
"""
