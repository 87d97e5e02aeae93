"""What the routes of tiles answer, as schemas."""

from __future__ import annotations

from typing import Literal

from pydantic import BaseModel, Field


class VectorLayer(BaseModel):
    """One layer of a set: its name, the zooms it is in, its fields and what kind of value each has."""

    id: str
    description: str
    minzoom: int
    maxzoom: int
    fields: dict[str, str]


class FarLevel(BaseModel):
    """What stands for cells from afar: tiles of zooms below `below` can be had without them, and so the index."""

    level: Literal["community", "street"]
    below: int


class TileJson(BaseModel):
    """A set of tiles (TileJSON 3.0.0): where they are, which zooms and layers there are."""

    tilejson: Literal["3.0.0"]
    name: Literal["areas", "buildings", "ground"]
    scheme: Literal["xyz"]
    tiles: list[str]
    minzoom: int
    maxzoom: int
    bounds: list[float]
    vector_layers: list[VectorLayer]
    version: str = Field(description="Of the geometry: other shapes, other addresses of tiles")
    is_current: bool = Field(description="False while a newer one is being baked")
    far: FarLevel | None = Field(description="Of areas with many cells, which `cells=false` then leaves out")


class AreaIndex(BaseModel):
    """All areas of one version, parents before their own; lists of the same length, or twice or four times that."""

    version: str
    levels: list[str]
    codes: list[str]
    names: list[str]
    level: list[int] = Field(description="A place in `levels`")
    parent: list[int] = Field(description="A place in `codes`; -1: none")
    label: list[int] = Field(description="lon, lat of each, in 1e-6 degree")
    box: list[int] = Field(description="west, south, east, north of each, in 1e-6 degree")
