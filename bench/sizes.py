"""How large a run is: cells, points, stored matters, how long the load goes on."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class Size:
    """One size of every row.

    `cells` in `communities` in `streets`; `points` are located and imported; `stored` matters lie in
    the store before reports come in, a tenth of `cells` and ten times `stored` is what growth is
    measured with. Rates are measured `rounds` times for `seconds`, with `connections`; `streams` stay
    open while `events_per_s` reports come in for `stream_seconds`. `workers` are the server's processes.
    Pages are opened over the demo district of size `demo` ("": the bench's own), each answer asked for
    `answers` times. Tiles show so many `buildings` beside the cells.
    """

    name: str
    cells: int
    communities: int
    streets: int
    points: int
    stored: int
    rounds: int
    seconds: float
    connections: int
    streams: int
    events_per_s: float
    stream_seconds: float
    workers: int = 2
    demo: str = ""
    answers: int = 20
    buildings: int = 100_000

    @property
    def rest_ms(self) -> float:
        """How long a page is left to itself after its first picture: what it still asks for then is asked for too."""
        return min(3000.0, self.seconds * 1000)

    @property
    def turns(self) -> int:
        """How often a map is zoomed in, and as often out again, with some dragging each time."""
        return max(1, min(3, int(self.seconds)))

    def with_tenth_of_cells(self) -> Size:
        """The same district drawn with a tenth of the cells."""
        return self._but(cells=max(4, self.cells // 10), communities=max(2, self.communities // 10))

    def _but(self, **changes: int) -> Size:
        values = {**vars(self), **changes}
        values["streets"] = min(self.streets, values["communities"])
        return Size(**values)


SIZES = {
    size.name: size
    for size in (
        Size(
            "full",
            7_000,
            134,
            16,
            1_000_000,
            100_000,
            3,
            20.0,
            8,
            500,
            20.0,
            60.0,
            workers=4,
            demo="district",
        ),
        Size("small", 700, 14, 4, 50_000, 5_000, 3, 5.0, 8, 60, 10.0, 10.0, demo="small", buildings=10_000),
        Size("tiny", 40, 4, 2, 300, 30, 1, 0.4, 2, 4, 5.0, 0.5, workers=1, answers=2, buildings=60),
    )
}
