// A point, a line or an area of a survey: click, or move the map with the arrow keys and press
// Enter. The field holds the truth, one line of degrees for each point, and can be typed in.
import L from "leaflet";

import { drawShapes, makeMap, makePin } from "./map-base.js";

const DECIMALS = 5; // about a metre
const MOST = 500;

function parse(text) {
  const found = [];
  for (const line of text.split("\n").filter((one) => one.trim())) {
    const parts = line.split(/[;,\s]+/).map(Number);
    if (parts.length < 2 || !(Math.abs(parts[0]) <= 90) || !(Math.abs(parts[1]) <= 180)) return [];
    found.push([parts[0], parts[1]]);
  }
  return found;
}

class Place {
  constructor(owner) {
    this.owner = owner;
    this.shape = owner.dataset.onMap;
    this.field = owner.querySelector("[data-place-field]");
    this.element = owner.querySelector("[data-map-at]");
    this.status = owner.querySelector("[data-place-says]");
    this.map = makeMap(this.element, owner);
    this.drawn = L.layerGroup().addTo(this.map);
    this.points = parse(this.field.value);
    this.map.setView([Number(owner.dataset.lat), Number(owner.dataset.lon)], Number(owner.dataset.zoom));
    this.showGround();
    if (this.points.length) this.map.fitBounds(L.latLngBounds(this.points), { maxZoom: 17 });
    owner.querySelector("[data-map-only]").hidden = false;
    const hint = document.getElementById(this.element.getAttribute("aria-describedby"));
    if (hint) hint.textContent = owner.dataset.hint;
    this.listen();
    this.draw();
  }

  /** What the project shows on its own map, and the border within which an answer lies. */
  showGround() {
    const ground = document.querySelector("[data-survey-shapes]");
    const shapes = ground && drawShapes(this.map, JSON.parse(ground.textContent));
    if (shapes) this.map.fitBounds(shapes.getBounds(), { maxZoom: 17 });
    const within = this.owner.dataset.within?.split(",").map(Number);
    if (!within) return;
    const [west, south, east, north] = within;
    const border = L.latLngBounds([south, west], [north, east]);
    L.rectangle(border, { className: "df-border", interactive: false }).addTo(this.map);
    this.map.fitBounds(border);
  }

  listen() {
    this.map.on("click", (event) => this.add(event.latlng));
    this.element.addEventListener("keydown", (event) => {
      if (event.key !== "Enter" || event.target !== this.element) return;
      event.preventDefault();
      this.add(this.map.getCenter());
    });
    this.owner.querySelector("[data-place-undo]").addEventListener("click", () => this.set(this.points.slice(0, -1)));
    this.owner.querySelector("[data-place-clear]")?.addEventListener("click", () => this.set([]));
    this.field.addEventListener("change", () => {
      this.points = parse(this.field.value);
      this.draw();
      if (this.points.length) this.map.panTo(this.points.at(-1));
    });
  }

  add({ lat, lng }) {
    const point = [Number(lat.toFixed(DECIMALS)), Number(lng.toFixed(DECIMALS))];
    if (this.shape === "point") this.set([point]);
    else if (this.points.length < MOST) this.set([...this.points, point]);
  }

  set(points) {
    this.points = points;
    this.field.value = points.map(([lat, lon]) => `${lat}, ${lon}`).join("\n");
    this.draw();
    this.field.dispatchEvent(new Event("input", { bubbles: true }));
  }

  draw() {
    this.drawn.clearLayers();
    const form = this.shape === "area" ? L.polygon : L.polyline;
    const isShape = this.shape !== "point" && this.points.length > 1;
    if (isShape) {
      const className = this.shape === "area" ? "df-area" : "df-line";
      form(this.points, { className, interactive: false }).addTo(this.drawn);
    }
    this.points.forEach((point, at) => this.pin(point, at));
    const { wordsPoint, wordsPoints, wordsNone } = this.owner.dataset;
    const count = this.points.length;
    const words = this.shape === "point" ? wordsPoint : wordsPoints.replace("{n}", count);
    this.status.textContent = count ? words : wordsNone;
    this.owner.querySelector("[data-place-undo]").disabled = !count;
    const clear = this.owner.querySelector("[data-place-clear]");
    if (clear) clear.disabled = !count;
  }

  pin(point, at) {
    const name = this.owner.dataset.wordsPin.replace("{n}", at + 1);
    const label = this.shape === "point" ? "" : String(at + 1);
    const pin = makePin(point, label, name, { draggable: true, keyboard: false }).addTo(this.drawn);
    pin.on("dragend", () => {
      const { lat, lng } = pin.getLatLng();
      const moved = [Number(lat.toFixed(DECIMALS)), Number(lng.toFixed(DECIMALS))];
      this.set(this.points.map((old, other) => (other === at ? moved : old)));
    });
  }
}

for (const owner of document.querySelectorAll("[data-on-map]")) new Place(owner);
