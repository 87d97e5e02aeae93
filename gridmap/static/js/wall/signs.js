// Signs and names as pictures: the map has no fonts of its own, so names are drawn on a canvas, with a dark halo.

const FONT = 19;
const FAMILY = '"PingFang SC","Microsoft YaHei","Noto Sans CJK SC",system-ui,sans-serif';

function canvas(width, height, ratio) {
  const made = document.createElement("canvas");
  made.width = Math.ceil(width * ratio);
  made.height = Math.ceil(height * ratio);
  const pen = made.getContext("2d", { willReadFrequently: true });
  pen.scale(ratio, ratio);
  return pen;
}

function pictureOf(pen) {
  return pen.getImageData(0, 0, pen.canvas.width, pen.canvas.height);
}

/** A name and its number beside it, `ratio` pixels to one of ours. */
export function label(name, number, ratio, { isStrong = false } = {}) {
  const size = isStrong ? FONT + 4 : FONT;
  const fonts = [`700 ${size}px ${FAMILY}`, `400 ${size}px ${FAMILY}`];
  const measure = canvas(1, 1, 1);
  const widths = [name, number].map((text, at) => {
    measure.font = fonts[at];
    return measure.measureText(text).width;
  });
  const gap = number ? 7 : 0;
  const pen = canvas(widths[0] + gap + widths[1] + 8, size * 1.4, ratio);
  pen.textBaseline = "middle";
  pen.lineJoin = "round";
  [[name, 4, "#F2F9FF"], [number, 4 + widths[0] + gap, "#C9DCEC"]].forEach(([text, left, colour], at) => {
    pen.font = fonts[at];
    pen.strokeStyle = "rgba(5,11,20,.92)";
    pen.lineWidth = 5;
    pen.strokeText(text, left, size * 0.7);
    pen.fillStyle = colour;
    pen.fillText(text, left, size * 0.7);
  });
  return pictureOf(pen);
}

/** The triangle of what is late. */
export function lateSign(ratio) {
  const pen = canvas(26, 24, ratio);
  pen.lineJoin = "round";
  pen.beginPath();
  pen.moveTo(13, 2.5);
  pen.lineTo(24, 21.5);
  pen.lineTo(2, 21.5);
  pen.closePath();
  pen.lineWidth = 3;
  pen.strokeStyle = "#1B0A10";
  pen.stroke();
  pen.fillStyle = "#FF5C6C";
  pen.fill();
  pen.strokeStyle = "#1B0A10";
  pen.lineWidth = 2.4;
  pen.beginPath();
  pen.moveTo(13, 9);
  pen.lineTo(13, 15);
  pen.moveTo(13, 17.6);
  pen.lineTo(13, 19);
  pen.stroke();
  return pictureOf(pen);
}
