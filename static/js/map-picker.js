// A point for a form: click, drag, or move the map with the arrow keys and press Enter. The two
// fields hold the truth, so figures can be typed as well.
import { makeMap, makePin } from "./map-base.js";

const START_ZOOM = 14;
// Five decimals are about a metre.
const DECIMALS = 5;

function parse(text) {
  return Number.parseFloat(text.trim().replace(",", "."));
}

function isPlace([lat, lon]) {
  return Math.abs(lat) <= 90 && Math.abs(lon) <= 180;
}

class Picker {
  constructor(owner) {
    this.lat = owner.querySelector("[data-picker-lat]");
    this.lon = owner.querySelector("[data-picker-lon]");
    this.clear = owner.querySelector("[data-picker-clear]");
    this.status = owner.querySelector("[data-picker-says]");
    this.element = owner.querySelector("[data-map-at]");
    this.map = makeMap(this.element, owner);
    this.marker = null;
    this.map.setView([Number(owner.dataset.lat), Number(owner.dataset.lon)], START_ZOOM);
    this.readFields();
    this.listen();
  }

  listen() {
    this.map.on("click", (event) => this.set(event.latlng));
    this.element.addEventListener("keydown", (event) => {
      if (event.key !== "Enter" || event.target !== this.element) return;
      event.preventDefault();
      this.set(this.map.getCenter());
    });
    for (const field of [this.lat, this.lon]) {
      field.addEventListener("change", () => this.readFields());
    }
    this.clear.addEventListener("click", () => {
      this.lat.value = "";
      this.lon.value = "";
      this.show(null);
      this.element.focus();
    });
  }

  readFields() {
    const at = [parse(this.lat.value), parse(this.lon.value)];
    this.show(isPlace(at) ? at : null);
    if (this.marker) this.map.panTo(at);
  }

  set({ lat, lng }) {
    this.lat.value = lat.toFixed(DECIMALS);
    this.lon.value = lng.toFixed(DECIMALS);
    this.show([lat, lng]);
    this.lat.dispatchEvent(new Event("input", { bubbles: true }));
  }

  show(at) {
    this.marker?.remove();
    this.marker = null;
    if (at) {
      const words = this.status.dataset.words;
      this.marker = makePin(at, "", words, { draggable: true, keyboard: false }).addTo(this.map);
      this.marker.on("dragend", () => this.set(this.marker.getLatLng()));
    }
    this.status.textContent = at ? this.status.dataset.words : "";
    this.clear.hidden = !at;
  }
}

export function startPicker(owner) {
  return new Picker(owner);
}
