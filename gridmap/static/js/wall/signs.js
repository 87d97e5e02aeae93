// Signs as pictures, drawn on a canvas.

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
