"""The command line: one thin command a capability; the only room that prints or exits."""
