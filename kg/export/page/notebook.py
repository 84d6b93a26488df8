"""The page inside a notebook: a frame that the page cannot leave."""

from __future__ import annotations

import html

__all__ = ["MOST_IN_A_NOTEBOOK", "frame"]

MOST_IN_A_NOTEBOOK = 10_000_000
"""Characters of a page that a notebook is given; the cell's output is saved with it, each time it is run."""

_STYLE = "width: 100%; height: 640px; border: 0"
_ALLOWED = "allow-scripts allow-downloads allow-popups allow-popups-to-escape-sandbox"


def frame(page: str, title: str) -> str:
    """Return HTML that shows a page inside another one.

    The frame is sandboxed: the page runs, saves files and opens its links in new windows, and has no access
    to the notebook around it.

    Parameters
    ----------
    page : str
        The text of the page.
    title : str
        What a screen reader calls the frame.

    Returns
    -------
    str
        For a page of more than :data:`MOST_IN_A_NOTEBOOK` characters a sentence that says where it opens.

    Examples
    --------
    >>> frame("<p>A & B</p>", "A graph")[:45]
    '<iframe srcdoc="&lt;p&gt;A &amp; B&lt;/p&gt;"'
    """
    name = html.escape(title)
    if len(page) > MOST_IN_A_NOTEBOOK:
        size = f"{len(page) / 1e6:.0f} MB"
        return (
            f"<p>{name}: a page of {size} is too much for a notebook; <code>graph.open()</code> opens it.</p>"
        )
    attributes = f'title="{name}" sandbox="{_ALLOWED}" style="{_STYLE}"'
    return f'<iframe srcdoc="{html.escape(page)}" {attributes}></iframe>'
