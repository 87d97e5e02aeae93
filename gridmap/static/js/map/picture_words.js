// Words of the page in a picture of it: those with a halo, and those in boxes, where the page has them.

export const TYPE = '"PingFang SC","Microsoft YaHei","Noto Sans CJK SC",system-ui,sans-serif';
const BARE = "rgba(0, 0, 0, 0)";
const ON_DARK = "rgb(255, 255, 255)";

/** Words with a halo around them. */
export function drawWords(context, node, stage) {
  const { left, top, width, height } = node.getBoundingClientRect();
  const looks = getComputedStyle(node);
  Object.assign(context, { font: fontOf(looks), textAlign: "center", textBaseline: "middle", lineJoin: "round", lineWidth: 3, strokeStyle: looks.color === ON_DARK ? "#2C3A63" : "#FFF", fillStyle: looks.color });
  const at = [left - stage.left + width / 2, top - stage.top + height / 2];
  context.strokeText(node.textContent, ...at);
  context.fillText(node.textContent, ...at);
}

/** An element with all in it that has a ground, a border or words; drawings in it are none of these. */
export function drawBox(context, node, stage) {
  drawGround(context, node.getBoundingClientRect(), getComputedStyle(node), stage);
  drawStem(context, node, stage);
  for (const child of node.childNodes) {
    if (child.nodeType === Node.TEXT_NODE) drawText(context, child, getComputedStyle(node), stage);
    else if (child instanceof HTMLElement) drawBox(context, child, stage);
  }
}

function drawGround(context, { left, top, width, height }, looks, stage) {
  const border = parseFloat(looks.borderTopWidth) || 0;
  if (looks.backgroundColor === BARE && !border) return;
  context.beginPath();
  context.roundRect(left - stage.left + border / 2, top - stage.top + border / 2, width - border, height - border, radius(looks.borderTopLeftRadius, width));
  Object.assign(context, { fillStyle: looks.backgroundColor, strokeStyle: looks.borderTopColor, lineWidth: border });
  context.fill();
  if (border) context.stroke();
}

/** What stands after an element at a place of its own, as below a pin. */
function drawStem(context, node, stage) {
  const looks = getComputedStyle(node, "::after");
  if (looks.content === "none" || looks.position !== "absolute") return;
  const { left, top } = node.getBoundingClientRect();
  const [x, y, width, height] = [looks.left, looks.top, looks.width, looks.height].map(parseFloat);
  drawGround(context, { left: left + x, top: top + y, width, height }, looks, stage);
}

function drawText(context, text, looks, stage) {
  const range = document.createRange();
  range.selectNodeContents(text);
  const { left, top, height } = range.getBoundingClientRect();
  Object.assign(context, { font: fontOf(looks), textAlign: "left", textBaseline: "middle", fillStyle: looks.color });
  context.fillText(text.textContent, left - stage.left, top - stage.top + height / 2);
}

function fontOf({ fontWeight, fontSize }) {
  return `${fontWeight} ${fontSize} ${TYPE}`;
}

function radius(said, width) {
  return said.endsWith("%") ? (parseFloat(said) / 100) * width : parseFloat(said) || 0;
}
