"""Trains the shipped pipelines; needs the extra ``train``."""
