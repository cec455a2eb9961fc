"""The gate: whether a change may land, judged against figures that are committed beside the code.

`accord check` is its command, `accord.gate.plugin` its pytest plugin. Nothing is imported here:
the plugin is loaded by every pytest run of whoever has Accord installed.
"""
