"""What people do together in a project: plain documents and the pure rules that client and server share.

``items`` says what there is to edit, ``edits`` how an edit travels, ``merging`` how edits become one state whatever
their order, ``rights`` who may do what, ``people`` how somebody comes in. The other modules derive things from a
``state.ProjectState`` that nobody types in: where takes came from, credits, what is missing, what to do next.
"""
