// Builds static/build/: styles, scripts, fonts and pictures with hashed names, a manifest and
// compressed twins. Files of the previous build stay once more, so that open pages keep working.
import { createHash } from "node:crypto";
import fs from "node:fs";
import path from "node:path";
import { fileURLToPath } from "node:url";
import zlib from "node:zlib";

import * as esbuild from "esbuild";
import * as sass from "sass";

const ROOT = path.dirname(path.dirname(fileURLToPath(import.meta.url)));
const SOURCE = path.join(ROOT, "static");
const MODULES = path.join(ROOT, "node_modules");
const TARGET = path.join(SOURCE, "build");
const MANIFEST = path.join(TARGET, "manifest.json");

const SCRIPTS = ["main.js", "map.js", "survey.js", "survey-map.js", "survey-editor.js", "wiki-editor.js", "suche.js"];
// Every page has the first one; each of the others only the pages of its room.
const STYLES = ["app", "survey", "survey-editor", "wiki", "desk"];
const FONTS = ["fira-sans-latin-400-normal.woff2", "fira-sans-latin-600-normal.woff2"];
const LICENCES = {
  "KERN (@kern-ux/native)": "@kern-ux/native/LICENSE.md",
  "Fira Sans (@fontsource/fira-sans)": "@fontsource/fira-sans/LICENSE",
  "Leaflet (leaflet)": "leaflet/LICENSE",
};
const SMALLER_AS_TWIN = new Set([".css", ".js", ".svg", ".json", ".txt"]);
// 40 bits name a version, not a secret: a clash would need two contents of one file.
const HASH_LENGTH = 10;

const manifest = {};

function readModule(name) {
  return fs.readFileSync(path.join(MODULES, name));
}

function writeAtomically(file, content) {
  fs.mkdirSync(path.dirname(file), { recursive: true });
  const beside = `${file}.${process.pid}.neu`;
  fs.writeFileSync(beside, content);
  fs.renameSync(beside, file);
}

function writeTwins(file, content) {
  if (!SMALLER_AS_TWIN.has(path.extname(file))) return;
  const params = { [zlib.constants.BROTLI_PARAM_QUALITY]: 11 };
  writeAtomically(`${file}.gz`, zlib.gzipSync(content, { level: 9 }));
  writeAtomically(`${file}.br`, zlib.brotliCompressSync(content, { params }));
}

/** Writes one file under its hashed name and returns that name. */
function emit(name, content) {
  const bytes = Buffer.from(content);
  const hash = createHash("sha256").update(bytes).digest("hex").slice(0, HASH_LENGTH);
  const { dir, name: stem, ext } = path.parse(name);
  const hashed = path.posix.join(dir, `${stem}.${hash}${ext}`);
  const file = path.join(TARGET, hashed);
  if (!fs.existsSync(file)) {
    writeAtomically(file, bytes);
    writeTwins(file, bytes);
  }
  manifest[name] = hashed;
  return hashed;
}

/** Points url(...) at hashed files; what the manifest does not know must be a data URI or a fragment. */
function withHashedUrls(css, owner) {
  return css.replace(/url\((["']?)([^"')]+)\1\)/g, (whole, _quote, address) => {
    if (/^(data:|#)/.test(address)) return whole;
    const hashed = manifest[path.posix.normalize(address).replace(/^(\.\.\/)+/, "")];
    if (!hashed) throw new Error(`${owner}: ${address} is not part of the build`);
    return `url("${hashed}")`;
  });
}

function listFiles(folder) {
  if (!fs.existsSync(folder)) return [];
  const entries = fs.readdirSync(folder, { withFileTypes: true });
  return entries.flatMap((entry) => {
    const file = path.join(folder, entry.name);
    return entry.isDirectory() ? listFiles(file) : [file];
  });
}

function buildFonts() {
  for (const font of FONTS) emit(`fonts/${font}`, readModule(`@fontsource/fira-sans/files/${font}`));
}

function buildPictures() {
  const folder = path.join(SOURCE, "img");
  for (const file of listFiles(folder).sort()) {
    emit(path.posix.join("img", path.relative(folder, file)), fs.readFileSync(file));
  }
}

function buildStyles() {
  for (const name of STYLES) {
    const result = sass.compile(path.join(SOURCE, "scss", `${name}.scss`), {
      loadPaths: [MODULES],
      style: "compressed",
      quietDeps: true,
    });
    emit(`${name}.css`, withHashedUrls(result.css, `${name}.css`));
  }
}

function buildLeaflet() {
  const images = path.join(MODULES, "leaflet", "dist", "images");
  for (const file of listFiles(images).sort()) {
    emit(`images/${path.basename(file)}`, fs.readFileSync(file));
  }
  const css = readModule("leaflet/dist/leaflet.css").toString();
  // The rule for Internet Explorer names an address that a reader's browser would ask us for.
  const modern = css.replace(/behavior:\s*url\(#default#VML\);?/g, "");
  const { code } = esbuild.transformSync(modern, { loader: "css", minify: true });
  emit("leaflet.css", withHashedUrls(code, "leaflet.css"));
}

function buildScripts() {
  for (const name of SCRIPTS) {
    const { outputFiles } = esbuild.buildSync({
      entryPoints: [path.join(SOURCE, "js", name)],
      bundle: true,
      format: "esm",
      minify: true,
      legalComments: "inline",
      target: "es2020",
      write: false,
      logLevel: "error",
    });
    emit(name, outputFiles[0].contents);
  }
}

function buildLicences() {
  const parts = Object.entries(LICENCES).map(
    ([name, file]) => `${name}\n${"=".repeat(name.length)}\n\n${readModule(file).toString().trim()}\n`,
  );
  emit("lizenzen.txt", parts.join("\n\n"));
}

function readPrevious() {
  try {
    return Object.values(JSON.parse(fs.readFileSync(MANIFEST, "utf8")));
  } catch {
    return [];
  }
}

function removeStale(kept) {
  for (const file of listFiles(TARGET)) {
    const name = path.relative(TARGET, file).split(path.sep).join("/");
    const original = name.replace(/\.(gz|br)$/, "");
    if (!kept.has(original)) fs.rmSync(file, { force: true });
  }
}

const previous = readPrevious();
buildFonts();
buildPictures();
buildStyles();
buildLeaflet();
buildScripts();
buildLicences();
const sorted = Object.fromEntries(Object.entries(manifest).sort());
writeAtomically(MANIFEST, `${JSON.stringify(sorted, null, 2)}\n`);
removeStale(new Set(["manifest.json", ...previous, ...Object.values(manifest)]));
