"""The page: one HTML file, to explore a graph of papers in a browser without a network."""

from kg.export.page.notebook import frame
from kg.export.page.render import render, write_page

__all__ = ["frame", "render", "write_page"]
