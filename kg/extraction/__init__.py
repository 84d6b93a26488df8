"""From papers to mentions: the spaCy side of kg."""

from kg.extraction.pipeline import DEFAULT_MODEL, extract_mentions, load_pipeline

__all__ = ["DEFAULT_MODEL", "extract_mentions", "load_pipeline"]
