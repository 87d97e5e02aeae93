"""Folium maps: given frames, return a page; they never query."""
