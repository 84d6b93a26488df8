"""Turns paper abstracts into a knowledge graph."""
