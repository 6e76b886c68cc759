"""What client and server say to each other: plain data and pure rules, the network's one contract.

``api`` holds the documents, ``tus`` the headers and limits of uploads, ``digest`` the proof that every byte
arrived.
"""
