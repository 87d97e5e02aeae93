// The pin of a matter while its place is set right: dragged, or moved by clicking where it should stand.

import { el } from "../dom.js";
import { t } from "../texts.js";
import { mark } from "./marks.js";

const L = window.L;
const DECIMALS = 7;

/** Puts the pin on the map; `moved([lon, lat])` after each movement; answers {remove()}. */
export function movingPin(map, { geometry, properties }, moved) {
  const [lon, lat] = geometry?.coordinates || [map.getCenter().lng, map.getCenter().lat];
  const icon = L.divIcon({ className: "chosen-pin chosen-pin--moving", html: el("span", {}, mark(properties, 30)), iconSize: [48, 60], iconAnchor: [24, 58] });
  const marker = L.marker([lat, lon], { icon, draggable: true, autoPan: true, zIndexOffset: 2000, title: t("act.drag_pin"), alt: t("act.drag_pin") }).addTo(map);
  const tell = () => {
    const at = marker.getLatLng();
    moved([Number(at.lng.toFixed(DECIMALS)), Number(at.lat.toFixed(DECIMALS))]);
  };
  const jump = (event) => { marker.setLatLng(event.latlng); tell(); };
  marker.on("dragend", tell);
  map.on("click", jump);
  document.body.classList.add("is-moving-pin");
  return {
    remove() {
      marker.remove();
      map.off("click", jump);
      document.body.classList.remove("is-moving-pin");
    },
  };
}
