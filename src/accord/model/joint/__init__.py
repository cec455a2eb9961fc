"""The joint model: one small encoder, mentions and relations in one pass over a paragraph."""
