"""doccano: push documents to a server, pull what people label there, run a private server.

Written for doccano 1.8.4 and doccano-client 1.2.8. Their dependencies cannot be installed beside
spaCy, so `worker` (the client) and `prepare_server` (the server) are scripts that run in
environments of their own, which `environment` makes on first use. The other modules run here and
speak to the worker through `remote`.

All that `push` has to remember lies on the server, in one nested `meta` object of each example:
external id, hash of the text, and which labels were put there for which account. What `pull` has
to remember lies beside the layer that it writes (`state`).
"""
