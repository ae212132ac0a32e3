// What both kinds of map share: ground, controls, the town's own shapes.
import L from "leaflet";

export const CLOSEST_ZOOM = 17;
const PIN = 48;

/** Shows the hidden element and makes a map in it; without tiles the ground stays plain. The words
 * and the address of the tiles stand at the map or, for maps in a text that was rendered long ago,
 * at an element around it. */
export function makeMap(element, place) {
  const owner = place.closest("[data-tiles]") ?? place;
  element.hidden = false;
  const map = L.map(element, { zoomControl: false, scrollWheelZoom: false, maxZoom: 19 });
  const { zoomIn, zoomOut, tiles, attribution } = owner.dataset;
  L.control.zoom({ zoomInTitle: zoomIn, zoomOutTitle: zoomOut }).addTo(map);
  map.attributionControl.setPrefix(false);
  if (tiles) L.tileLayer(tiles, { maxZoom: 19 }).addTo(map);
  if (attribution) map.attributionControl.addAttribution(asText(attribution));
  return map;
}

/** Leaflet writes attributions as HTML; ours are words. */
function asText(words) {
  const element = document.createElement("span");
  element.textContent = words;
  return element.innerHTML;
}

function isLine(geometry) {
  return geometry.type.endsWith("LineString");
}

function areaOf({ properties }) {
  return properties?.heat ? `df-area df-heat-${properties.heat}` : "df-area";
}

/** GeoJSON in the page's own colours; returns the layer, or null when there is none. */
export function drawShapes(map, shapes) {
  if (!shapes?.features?.length) return null;
  return L.geoJSON(shapes, {
    style: (feature) => ({ className: isLine(feature.geometry) ? "df-line" : areaOf(feature) }),
    pointToLayer: (_feature, at) => L.circleMarker(at, { radius: 8, className: "df-area" }),
    interactive: false,
  }).addTo(map);
}

/** A round marker with a short label inside a target of 48 pixels. */
export function makePin(at, label, name, options = {}) {
  const content = document.createElement("span");
  content.className = "df-pin";
  content.textContent = label;
  const icon = L.divIcon({
    html: content,
    className: "df-pinbox",
    iconSize: [PIN, PIN],
    iconAnchor: [PIN / 2, PIN / 2],
  });
  const marker = L.marker(at, { icon, title: name, riseOnHover: true, ...options });
  marker.on("add", () => {
    const element = marker.getElement();
    element.setAttribute("aria-label", name);
    // Only a marker that takes the focus is a button to Leaflet; a name needs a role.
    if (options.keyboard === false) element.setAttribute("role", "img");
  });
  return marker;
}
