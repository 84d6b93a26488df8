"""Deterministic 2-D positions for a graph of papers and entities, for the browser page and for Gephi.

The core (papers, and entities that tie papers together) is drawn first, so that it can be read on its own;
an entity of one paper is a leaf and stands on a ring around its paper, in room kept free for it:

1. `_fold_leaves` and `_weights`: the core as a sparse matrix in which an edge to a hub weighs little;
2. `_embed`: attraction along edges against the repulsion of the t-distribution, per connected component;
3. `_separate`: discs (a node, or a paper with its rings of leaves) pushed apart until none overlap;
4. `_pack`: smaller components arranged around the largest;
5. `_place_leaves`: the rings.
"""

from __future__ import annotations

from dataclasses import dataclass
from hashlib import blake2b
from typing import Any

import networkx as nx
import numpy as np
from numpy.typing import NDArray
from scipy import fft, sparse
from scipy.sparse.csgraph import connected_components
from scipy.spatial import KDTree

__all__ = ["layout"]

Floats = NDArray[np.float64]
Ints = NDArray[np.integer[Any]]

PAPER_PREFIX = "paper:"

# Lengths are in pixels at zoom 1.
PAPER_RADIUS = 10.0
ENTITY_RADIUS = (8.0, 30.0)
"""Smallest and largest radius that an entity is given room for; it grows with the number of edges."""
FIRST_RING = 44.0
"""From a paper to the innermost ring of its leaves."""
LEAF_SPACING = 38.0
"""From leaf to leaf, along a ring and from ring to ring."""
MARGIN = 9.0
"""Free room around every disc; two discs end up no closer than this."""
FILL = 0.3
"""Share of a component's area that its discs cover; with more, no gaps are left between groups."""
ASPECT = 1.35
"""Width to height, as screens and labels are wider than high."""
SEPARATION_ROUNDS = 200

GATHER = 30.0
"""Attraction over repulsion at the start, where the graph is one smooth whole."""
GROUP = 1.4
"""Attraction over repulsion at the end; well above 2, real corpora contract into one ball."""
TETHER = 0.015
"""Attraction that does not fade with distance, so that no branch is flung far away."""
ITERATIONS = 300
MESH = 0.7
"""Mesh width of the repulsion, in units of the kernel's width."""
SMALL = 64
"""Components of up to this many nodes are drawn together, pair by pair."""
DIRECTIONS = np.array([(np.cos(a), np.sin(a)) for a in np.linspace(0, 2 * np.pi, 360, endpoint=False)])
"""Unit vectors in which the outline of a drawing is measured."""


def layout(graph: nx.DiGraph[str]) -> dict[str, tuple[float, float]]:
    """Place the nodes of a paper-entity graph in the plane.

    Node ids that start with ``paper:`` are papers, all others entities. The result depends on the nodes and
    edges alone, not on their order or attributes, and changes little when the graph changes little: the
    start of the optimisation comes from a hash of each id.

    Parameters
    ----------
    graph : networkx.DiGraph
        Edges run from papers to entities, or between entities; their direction does not matter here.

    Returns
    -------
    dict of str to (float, float)
        Position of every node in pixels at zoom 1, to a tenth, around the origin; y grows downwards on the
        page. Positions differ from each other.

    Notes
    -----
    Communities come out as groups with gaps between them, since the t-distribution lets distant nodes go
    [1]_ [2]_; hubs do not pull everything into one ball, since an edge weighs the less, the more edges its
    busier end has. Repulsion is computed on a mesh [3]_, so that the time grows like ``n log n``.

    References
    ----------
    .. [1] van der Maaten & Hinton (2008), "Visualizing Data using t-SNE", JMLR 9.
    .. [2] Böhm, Berens & Kobak (2022), "Attraction-Repulsion Spectrum in Neighbor Embeddings", JMLR 23.
    .. [3] Linderman et al. (2019), "Fast interpolation-based t-SNE for improved visualization of single-cell
       RNA-seq data", Nature Methods 16.

    Examples
    --------
    >>> import networkx as nx
    >>> graph = nx.DiGraph([("paper:1", "method:lora"), ("paper:2", "method:lora")])
    >>> sorted(layout(graph))
    ['method:lora', 'paper:1', 'paper:2']
    """
    ids = sorted(graph)
    if not ids:
        return {}
    folded = _fold_leaves(graph, ids)
    core_ids = [ids[node] for node in folded.core]
    weights = _weights(folded.edges, len(core_ids))
    radii = _radii(core_ids, weights, folded.n_leaves) + MARGIN
    points = _place_core(core_ids, weights, radii)

    positions = np.empty((len(ids), 2))
    positions[folded.core] = points
    positions[folded.leaves] = _place_leaves(points, weights, folded.anchors)
    return {
        node: (float(x), float(y)) for node, (x, y) in zip(ids, np.round(positions, 1) + 0.0, strict=True)
    }


@dataclass(frozen=True)
class _Folded:
    """A graph whose leaves are folded into their papers.

    Attributes
    ----------
    core, leaves : Ints
        Indices into the sorted ids.
    anchors : Ints
        For each leaf, the index into ``core`` of its paper.
    edges : Ints, shape (n, 2)
        Distinct edges between different core nodes, as indices into ``core``, the smaller first.
    """

    core: Ints
    leaves: Ints
    anchors: Ints
    edges: Ints

    @property
    def n_leaves(self) -> Ints:
        return np.bincount(self.anchors, minlength=len(self.core))


def _fold_leaves(graph: nx.DiGraph[str], ids: list[str]) -> _Folded:
    """Set the entities of exactly one paper apart; their other edges, to their family, become the paper's."""
    index = {node: i for i, node in enumerate(ids)}
    is_paper = np.array([node.startswith(PAPER_PREFIX) for node in ids])
    pairs = np.array([(index[a], index[b]) for a, b in graph.edges if a != b], dtype=np.int64).reshape(-1, 2)
    pairs = np.unique(np.sort(pairs, axis=1), axis=0)

    both_ways = np.concatenate([pairs, pairs[:, ::-1]])
    to_papers = both_ways[is_paper[both_ways[:, 1]] & ~is_paper[both_ways[:, 0]]]
    is_leaf = np.bincount(to_papers[:, 0], minlength=len(ids)) == 1
    home = np.arange(len(ids))
    of_leaf = to_papers[is_leaf[to_papers[:, 0]]]
    home[of_leaf[:, 0]] = of_leaf[:, 1]

    core, leaves = np.flatnonzero(~is_leaf), np.flatnonzero(is_leaf)
    rank = np.cumsum(~is_leaf) - 1
    edges = np.sort(rank[home[pairs]], axis=1)
    edges = np.unique(edges[edges[:, 0] != edges[:, 1]], axis=0)
    return _Folded(core, leaves, rank[home[leaves]], edges)


def _weights(edges: Ints, n: int) -> sparse.csr_array:
    """Return the symmetric matrix of edge weights, ``log(1 + n / degree)`` of the end with more edges.

    The weight is that of a term in retrieval (inverse document frequency): what stands in a third of the
    papers says little about any of them.
    """
    degree = np.bincount(edges.ravel(), minlength=n)
    weight = np.log1p(n / np.maximum(degree[edges].max(axis=1, initial=1), 1))
    rows, columns = np.concatenate([edges, edges[:, ::-1]]).T
    return sparse.csr_array((np.tile(weight, 2), (rows, columns)), shape=(n, n))


def _radii(ids: list[str], weights: sparse.csr_array, n_leaves: Ints) -> Floats:
    """Return the radius of each core node's disc: the node, or a paper with the rings of its leaves."""
    smallest, largest = ENTITY_RADIUS
    degree = np.diff(weights.indptr)
    entity = np.minimum(smallest + 2.5 * np.sqrt(degree), largest)
    rings = np.array([len(_ring_sizes(int(k))) for k in n_leaves])
    paper = np.where(rings > 0, FIRST_RING + (rings - 1) * LEAF_SPACING + smallest, PAPER_RADIUS)
    return np.where([node.startswith(PAPER_PREFIX) for node in ids], paper, entity)


def _ring_sizes(n_leaves: int) -> list[int]:
    """Return how many leaves stand on each ring around a paper, from the inside.

    >>> _ring_sizes(4), _ring_sizes(9)
    ([4], [7, 2])
    """
    sizes: list[int] = []
    while n_leaves > 0:
        room = int(2 * np.pi * (FIRST_RING + len(sizes) * LEAF_SPACING) / LEAF_SPACING)
        sizes.append(min(room, n_leaves))
        n_leaves -= sizes[-1]
    return sizes


def _place_core(ids: list[str], weights: sparse.csr_array, radii: Floats) -> Floats:
    """Draw each connected component of the core, then arrange the components."""
    n_components, component = connected_components(weights, directed=False)
    size = np.bincount(component, minlength=n_components)
    start = _start(ids)
    points = np.zeros((len(ids), 2))

    small = np.flatnonzero((size[component] > 1) & (size[component] <= SMALL))
    if len(small):
        points[small] = _embed_small(weights[small][:, small], start[small], component[small])
    for c in np.flatnonzero(size > SMALL):
        members = np.flatnonzero(component == c)
        points[members] = _embed(weights[members][:, members], start[members])
    # Papers with the same entities (nearly) coincide so far; the hash gives each a direction to leave in.
    points = _scale(points, radii, component) + MARGIN * start
    points = _separate(points, radii, component)
    return _pack(points, radii, component)


def _start(ids: list[str]) -> Floats:
    """Return a point of the unit square around the origin for each id, from its hash."""
    digests = b"".join(blake2b(node.encode("utf-8", "surrogatepass"), digest_size=8).digest() for node in ids)
    return np.frombuffer(digests, dtype="<u4").reshape(-1, 2) / 2**32 - 0.5


def _embed_small(weights: sparse.csr_array, start: Floats, component: Ints) -> Floats:
    """Draw all small components at once, by springs along edges and repulsion within a component.

    References
    ----------
    Fruchterman & Reingold (1991), "Graph Drawing by Force-directed Placement", Software 21.
    """
    a, b = _pairs_within(component)
    ends, others = weights.nonzero()
    points = start * np.sqrt(np.bincount(component)[component])[:, None]
    steps = 200
    for step in range(steps):
        apart = points[a] - points[b]
        push = _sum_at(a, apart / (1e-6 + (apart**2).sum(axis=1, keepdims=True)), len(points))
        along = points[ends] - points[others]
        pull = _sum_at(ends, along * np.linalg.norm(along, axis=1, keepdims=True), len(points))
        points = points + _shortened(push - pull, 0.3 * (1 - step / steps))
    return points


def _pairs_within(component: Ints) -> tuple[Ints, Ints]:
    """Return all ordered pairs of different nodes of one component."""
    order = np.argsort(component, kind="stable")
    sizes = np.bincount(component)
    sizes = sizes[sizes > 0]
    first = np.repeat(np.cumsum(sizes) - sizes, sizes)
    count = np.repeat(sizes, sizes)
    a = np.repeat(np.arange(len(order)), count)
    offset = np.arange(len(a)) - np.repeat(np.cumsum(count) - count, count)
    b = first[a] + offset
    different = a != b
    return order[a[different]], order[b[different]]


def _sum_at(index: Ints, vectors: Floats, n: int) -> Floats:
    """Add up the vectors that share an index."""
    return np.stack([np.bincount(index, vectors[:, axis], minlength=n) for axis in (0, 1)], axis=1)


def _shortened(vectors: Floats, longest: float | Floats) -> Floats:
    """Shorten each vector to at most the given length."""
    length = np.linalg.norm(vectors, axis=1)
    factor: Floats = np.minimum(1.0, longest / np.maximum(length, 1e-12))
    return vectors * factor[:, None]


def _embed(weights: sparse.csr_array, start: Floats) -> Floats:
    """Draw one connected component by gradient descent on the objective of t-SNE over its edges.

    Attraction is exaggerated over repulsion, much at first, so that the groups find their places while all
    can still pass, and less and less: the descent ends still, which keeps differences of rounding small.
    """
    n = len(start)
    share = sparse.diags_array(1 / weights.sum(axis=1)) @ weights
    share = (share + share.T).tocoo() / (2 * n)
    mass = share.sum(axis=1)
    rate = (1 / np.maximum(mass, 1 / n))[:, None]
    points = 3 * _smoothed(share.tocsr(), mass, start) + 0.3 * start
    velocity = np.zeros_like(points)
    repulsion = _MeshRepulsion()
    for step in range(ITERATIONS):
        done = step / ITERATIONS
        strength = GROUP * (GATHER / GROUP) ** max(0.0, 1 - 2 * done)
        along = points[share.row] - points[share.col]
        pull = share.data / (1 + (along**2).sum(axis=1)) + TETHER * share.data
        # Felt a little beside the points: the forces on nodes with the same neighbours would never differ.
        force = repulsion(points + 0.1 * start) / strength - _sum_at(share.row, pull[:, None] * along, n)
        velocity = (0.5 if done < 0.2 else 0.8) * velocity + min(1.0, 5 * (1 - done)) * rate * force
        velocity = _shortened(velocity, 2.0)
        points = points + velocity
        points -= points.mean(axis=0)
    return points


def _smoothed(share: sparse.csr_array, mass: Floats, start: Floats) -> Floats:
    """Average the start over neighbours a few times: neighbours begin side by side, distant parts apart."""
    walk = sparse.diags_array(1 / mass) @ share
    points = start
    for _ in range(20):
        points = (points + walk @ points) / 2
        points = points - points.mean(axis=0)
        points = points / np.maximum(points.std(axis=0), 1e-12)
    return points


class _MeshRepulsion:
    """The repulsive force of t-SNE between all pairs of points, by convolution on a mesh.

    With the kernel ``k(d) = 1 / (1 + d²)`` the force ``Σ k² (a - b)`` is minus half the gradient of the
    potential ``Σ k``: the points are spread over the mesh by quadratic splines, convolved with ``k`` once,
    and the potential's gradient is read off through the same splines.

    References
    ----------
    Hockney & Eastwood (1988), "Computer Simulation Using Particles", chapter 5.
    """

    def __init__(self) -> None:
        self._side = 0
        self._kernel: NDArray[np.complex128] = np.empty((0, 0), dtype=np.complex128)

    def __call__(self, points: Floats) -> Floats:
        """Return the forces, shape (n, 2), divided by the sum of the kernel over all pairs."""
        cell = np.rint(points / MESH)
        inside = points / MESH - cell
        column = (cell - cell.min(axis=0)).astype(np.int64) + 1
        self._fit(int(column.max()) + 2)
        side = self._side

        spline = np.stack([(0.5 - inside) ** 2 / 2, 0.75 - inside**2, (0.5 + inside) ** 2 / 2], axis=-1)
        slope = np.stack([inside - 0.5, -2 * inside, inside + 0.5], axis=-1) / MESH
        near = column[:, :, None] + np.arange(-1, 2)
        mesh_index = near[:, 0, :, None] * side + near[:, 1, None, :]

        charge = np.bincount(
            mesh_index.ravel(), (spline[:, 0, :, None] * spline[:, 1, None, :]).ravel(), minlength=side * side
        )
        spectrum = fft.rfft2(charge.reshape(side, side)) * self._kernel
        potential = fft.irfft2(spectrum, s=(side, side)).ravel()[mesh_index]
        total = np.einsum("nij,ni,nj->", potential, spline[:, 0], spline[:, 1])
        gradient: Floats = np.stack(
            [
                np.einsum("nij,ni,nj->n", potential, slope[:, 0], spline[:, 1]),
                np.einsum("nij,ni,nj->n", potential, spline[:, 0], slope[:, 1]),
            ],
            axis=1,
        )
        return gradient / (-2.0 * float(total))

    def _fit(self, used: int) -> None:
        """Have a mesh of at least twice the cells in use, so that the convolution does not wrap around."""
        if 2 * used <= self._side <= 3 * used:
            return
        self._side = fft.next_fast_len(int(2.3 * used), real=True)
        steps = np.arange(self._side)
        distance = np.minimum(steps, self._side - steps) * MESH
        self._kernel = fft.rfft2(1 / (1 + distance[:, None] ** 2 + distance[None, :] ** 2))


def _scale(points: Floats, radii: Floats, component: Ints) -> Floats:
    """Centre each component and size it so that its discs cover ``FILL`` of the area it spreads over."""
    count = np.bincount(component)
    centre = _sum_at(component, points, len(count)) / count[:, None]
    points = points - centre[component]
    spread = np.bincount(component, (points**2).sum(axis=1)) / count
    wanted = np.bincount(component, radii**2) / FILL / 2
    factor: Floats = np.sqrt(wanted / np.maximum(spread, 1e-12))
    stretch: Floats = factor[component, None] * np.array([ASPECT**0.5, ASPECT**-0.5])
    return points * stretch


def _separate(points: Floats, radii: Floats, component: Ints) -> Floats:
    """Push overlapping discs of one component apart, each pair by as much as it overlaps."""
    reach = 2 * float(radii.max())
    level = component * 2 * reach  # a third dimension keeps the components out of each other's way
    for _ in range(SEPARATION_ROUNDS):
        tree = KDTree(np.column_stack([points, level]))
        a, b = tree.query_pairs(reach, output_type="ndarray").T
        touching = radii[a] + radii[b]
        distance = np.linalg.norm(points[a] - points[b], axis=1)
        if (distance > touching - MARGIN).all():
            break
        close = distance < 1.2 * touching
        a, b, touching = a[close], b[close], touching[close]
        for _ in range(5):
            apart = points[a] - points[b]
            distance = np.maximum(np.linalg.norm(apart, axis=1), 1e-9)
            push = (0.45 * np.maximum(touching / distance - 1, 0.0))[:, None] * apart
            push = _sum_at(a, push, len(points)) - _sum_at(b, push, len(points))
            points = points + _shortened(push, radii / 2)
    return points


def _pack(points: Floats, radii: Floats, component: Ints) -> Floats:
    """Arrange the components, each as one disc, in rings around that of most nodes, large ones innermost."""
    count = np.bincount(component)
    room = np.zeros(len(count))
    np.maximum.at(room, component, np.linalg.norm(points, axis=1) + radii)
    largest = int(count.argmax())
    waiting = np.argsort(-room, kind="stable")
    waiting = waiting[waiting != largest]
    centres = np.zeros((len(count), 2))
    outline = _outline(points[component == largest], radii[component == largest])
    while len(waiting):
        alike = waiting[room[waiting] >= room[waiting[0]] / 4]
        on_ring = _ring_around(outline, room[alike])
        ring, waiting = waiting[: len(on_ring)], waiting[len(on_ring) :]
        centres[ring] = on_ring
        outline = np.maximum(outline, _outline(on_ring, room[ring]))
    return points + centres[component]


def _outline(centres: Floats, radii: Floats) -> Floats:
    """Return how far discs reach in each of ``DIRECTIONS``: the support function of their convex hull."""
    return np.array([(centres @ direction + radii).max() for direction in DIRECTIONS])


def _ring_around(outline: Floats, radii: Floats) -> Floats:
    """Return the centres of as many discs, in their order, as fit side by side around an outline."""
    cosine = DIRECTIONS @ DIRECTIONS.T
    facing = np.where(cosine > 0.02, cosine, np.nan)
    corners = DIRECTIONS * np.nanmin((outline + radii[0]) / facing, axis=1)[:, None]
    corners = np.concatenate([corners, corners[:1]])
    along = np.concatenate([[0.0], np.cumsum(np.linalg.norm(np.diff(corners, axis=0), axis=1))])
    ends = np.cumsum(2.2 * radii)  # a tenth more than the diameters: a chord is shorter than its arc
    fitting = max(1, int(np.searchsorted(ends, along[-1], side="right")))
    middles = (ends - 1.1 * radii)[:fitting] * max(1.0, along[-1] / ends[fitting - 1])
    middles = middles - middles[0]
    return np.column_stack([np.interp(middles, along, corners[:, axis]) for axis in (0, 1)])


def _place_leaves(points: Floats, weights: sparse.csr_array, anchors: Ints) -> Floats:
    """Return the positions of the leaves, on the side of their anchors that is away from its neighbours."""
    degree = np.maximum(weights.sum(axis=1), 1e-12)[:, None]
    outward = np.where(np.diff(weights.indptr)[:, None] > 0, points - weights @ points / degree, points)
    heading = np.arctan2(outward[:, 1], outward[:, 0])
    positions = np.empty((len(anchors), 2))
    order = np.argsort(anchors, kind="stable")
    for leaves in np.split(order, np.flatnonzero(np.diff(anchors[order])) + 1):
        if len(leaves):
            anchor = anchors[leaves[0]]
            positions[leaves] = points[anchor] + _rings(len(leaves), float(heading[anchor]))
    return positions


def _rings(n_leaves: int, heading: float) -> Floats:
    """Return offsets of leaves on rings, evenly spread where there are many, around ``heading`` where few."""
    offsets = []
    for ring, size in enumerate(_ring_sizes(n_leaves)):
        radius = FIRST_RING + ring * LEAF_SPACING
        angles = heading + (np.arange(size) - (size - 1) / 2) * 2 * np.pi / max(size, 6)
        offsets.append(radius * np.column_stack([np.cos(angles), np.sin(angles)]))
    return np.concatenate(offsets)
