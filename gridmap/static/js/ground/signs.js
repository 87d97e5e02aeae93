// The small signs of named places, white lines on a round of their colour, drawn on 24 × 24.

const LINES = {
  school: ["#8A6A2B", "M12 6l8 4-8 4-8-4z M7 12v4c2.5 2.5 7.500 2.500 10 0v-4"],
  hospital: ["#B5483F", "M12 6v12 M6 12h12"],
  market: ["#9A6A12", "M6 10h12l-1.500 8h-9z M9 10l2-5 M15 10l-2-5"],
  mall: ["#8D4A7A", "M7 9h10l1 9H6z M9.500 9a2.500 3 0 0 1 5 0"],
  government: ["#5A5F9C", "M7 18V6 M7 6h10l-2.500 3 2.500 3H7"],
  station: ["#3A6EA5", "M7 6h10v9H7z M7 11h10 M9 15l-1.500 3 M15 15l1.500 3"],
  site: ["#8F6A3A", "M8 18V5 M5 8h13 M16 8v5 M6 18h5"],
  square: ["#6B7280", "M7 7h10v10H7z"],
  village: ["#7C7350", "M5 12l7-6 7 6 M7 11v7h10v-7"],
};

/** `{colour, path}` by the rank of a place. */
export const SIGNS = Object.fromEntries(Object.entries(LINES).map(([rank, [colour, d]]) => [rank, { colour, path: new Path2D(d) }]));

/** The sign of a rank; null for one that has none: its name stands alone. */
export function signOf(rank) {
  return SIGNS[rank] || null;
}
