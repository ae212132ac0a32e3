// Places on a map, each with its twin in the list: choosing one shows the other.
import L from "leaflet";

import { CLOSEST_ZOOM, drawShapes, makeMap, makePin } from "./map-base.js";

function readPlaces(owner) {
  const links = [...owner.querySelectorAll("a[data-lat]")];
  return links
    .map((link, index) => ({
      link,
      at: [Number.parseFloat(link.dataset.lat), Number.parseFloat(link.dataset.lon)],
      label: link.querySelector("b")?.textContent ?? String(index + 1),
      name: link.querySelector("span")?.firstChild?.textContent ?? "",
    }))
    .filter(({ at }) => at.every(Number.isFinite));
}

async function readShapes(owner) {
  if (owner.dataset.geojson) {
    const response = await fetch(owner.dataset.geojson, { credentials: "same-origin" });
    return response.ok ? response.json() : null;
  }
  const block = owner.querySelector("[data-map-shapes]");
  return block ? JSON.parse(block.textContent) : null;
}

function choose(places, chosen) {
  for (const place of places) {
    const isChosen = place === chosen;
    place.link.closest("li").classList.toggle("is-chosen", isChosen);
    place.marker.getElement()?.firstElementChild.classList.toggle("is-chosen", isChosen);
    place.marker.setZIndexOffset(isChosen ? 1000 : 0);
  }
}

function connect(map, places, place) {
  place.marker = makePin(place.at, place.label, place.name).addTo(map);
  const pick = () => {
    choose(places, place);
    place.link.scrollIntoView({ block: "nearest" });
    place.link.focus({ preventScroll: true });
  };
  place.marker.on("click", pick);
  // Leaflet lets markers take the focus, but gives Enter a meaning only where a popup hangs.
  place.marker.on("keypress", (event) => {
    if (event.originalEvent.key === "Enter") pick();
  });
  const show = () => {
    choose(places, place);
    map.panInside(place.at, { padding: [60, 60] });
  };
  place.link.addEventListener("mouseenter", show);
  place.link.addEventListener("focus", show);
}

export async function startPlaces(owner) {
  const places = readPlaces(owner);
  const shapes = await readShapes(owner).catch(() => null);
  if (!places.length && !shapes) return;
  const map = makeMap(owner.querySelector("[data-map-at]"), owner);
  const bounds = L.latLngBounds(places.map((place) => place.at));
  const layer = drawShapes(map, shapes);
  if (layer) bounds.extend(layer.getBounds());
  map.fitBounds(bounds, { maxZoom: CLOSEST_ZOOM, padding: [40, 40] });
  for (const place of places) connect(map, places, place);
}
