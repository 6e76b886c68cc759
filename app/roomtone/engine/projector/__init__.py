"""The pictures of a film that plays: decoded in a process of their own, shown where its sound is heard."""
