"""Shapes: datums, where a point lies, whether cells cover their parent, numbering, heat."""
