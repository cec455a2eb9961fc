"""Bridges to other programs: doccano."""
