"""The annotator: a local app in the browser in which people label a corpus.

Every action is a line of a journal on disk before it is answered; what the page shows is the fold
of those lines. The `.ann` files stay the form in which labels are exchanged.
"""
