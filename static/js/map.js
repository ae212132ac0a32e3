// Map pages: Leaflet draws, the list beside it says the same, and a form can take a point.
import { startPicker } from "./map-picker.js";
import { startPlaces } from "./map-places.js";

for (const element of document.querySelectorAll("[data-map]")) startPlaces(element);
for (const element of document.querySelectorAll("[data-picker]")) startPicker(element);
