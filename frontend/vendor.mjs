// Copies what ui serves of other people's work into the package, with licences and a manifest, so that
// running Bashgah needs no Node. Run `npm ci --ignore-scripts && node vendor.mjs` in this folder.
import { createHash } from "node:crypto";
import { cpSync, existsSync, mkdirSync, readFileSync, readdirSync, rmSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";

const here = dirname(fileURLToPath(import.meta.url));
const modules = join(here, "node_modules");
const ui = join(here, "..", "src", "bashgah", "ui");
const out = join(ui, "static", "ui", "vendor");
const tests = join(here, "..", "tests", "journeys", "vendor");

// [package, file in it, file here]
const served = [
  ["@tabler/core", "dist/css/tabler.min.css", "tabler/tabler.min.css"],
  ["@tabler/core", "dist/css/tabler.rtl.min.css", "tabler/tabler.rtl.min.css"],
  ["@fontsource-variable/vazirmatn", "index.css", "vazirmatn/index.css"],
  ["@fontsource-variable/vazirmatn", "files/vazirmatn-arabic-wght-normal.woff2", "vazirmatn/files/vazirmatn-arabic-wght-normal.woff2"],
  ["@fontsource-variable/vazirmatn", "files/vazirmatn-latin-ext-wght-normal.woff2", "vazirmatn/files/vazirmatn-latin-ext-wght-normal.woff2"],
  ["@fontsource-variable/vazirmatn", "files/vazirmatn-latin-wght-normal.woff2", "vazirmatn/files/vazirmatn-latin-wght-normal.woff2"],
  ["chart.js", "dist/chart.umd.min.js", "chartjs/chart.umd.min.js"],
  ["htmx.org", "dist/htmx.min.js", "htmx/htmx.min.js"],
  ["@alpinejs/csp", "dist/cdn.min.js", "alpine/alpine-csp.min.js"],
];
const tested = [["axe-core", "axe.min.js", "axe/axe.min.js"]];

// Packages that ship no licence file: the text their package.json names, with the author it names.
const mit = (holder) => `MIT License

Copyright (c) ${holder}

Permission is hereby granted, free of charge, to any person obtaining a copy of this software and associated
documentation files (the "Software"), to deal in the Software without restriction, including without limitation
the rights to use, copy, modify, merge, publish, distribute, sublicense, and/or sell copies of the Software, and
to permit persons to whom the Software is furnished to do so, subject to the following conditions:

The above copyright notice and this permission notice shall be included in all copies or substantial portions of
the Software.

THE SOFTWARE IS PROVIDED "AS IS", WITHOUT WARRANTY OF ANY KIND, EXPRESS OR IMPLIED, INCLUDING BUT NOT LIMITED TO
THE WARRANTIES OF MERCHANTABILITY, FITNESS FOR A PARTICULAR PURPOSE AND NONINFRINGEMENT. IN NO EVENT SHALL THE
AUTHORS OR COPYRIGHT HOLDERS BE LIABLE FOR ANY CLAIM, DAMAGES OR OTHER LIABILITY, WHETHER IN AN ACTION OF
CONTRACT, TORT OR OTHERWISE, ARISING FROM, OUT OF OR IN CONNECTION WITH THE SOFTWARE OR THE USE OR OTHER DEALINGS
IN THE SOFTWARE.
`;
const unshipped = { "@tabler/core": mit("codecalm, the Tabler authors"), "@alpinejs/csp": mit("Caleb Porzio and contributors") };

const about = (name) => JSON.parse(readFileSync(join(modules, name, "package.json"), "utf8"));

function licenceText(name) {
  const folder = join(modules, name);
  const file = readdirSync(folder).find((f) => /^licen[cs]e(\.(md|txt))?$/i.test(f));
  if (file) return readFileSync(join(folder, file), "utf8");
  if (unshipped[name]) return unshipped[name];
  throw new Error(`${name} ships no licence and none is written here`);
}

// A map that is not copied must not be named: the hashing static storage would look for it.
const unmapped = (text) => text.replace(/\n?\/[*/]# sourceMappingURL=[^\n*]*(\*\/)?\n?/g, "\n").replace(/\n+$/, "\n");

function copy(folder, entries) {
  if (existsSync(folder)) rmSync(folder, { recursive: true });
  const manifest = [];
  for (const [name, from, to] of entries) {
    const target = join(folder, to);
    mkdirSync(dirname(target), { recursive: true });
    if (/\.(css|js)$/.test(from)) writeFileSync(target, unmapped(readFileSync(join(modules, name, from), "utf8")));
    else cpSync(join(modules, name, from), target);
    const { version, license } = about(name);
    const licenceFile = join(to.split("/")[0], "LICENSE.txt");
    writeFileSync(join(folder, licenceFile), licenceText(name));
    const sha256 = createHash("sha256").update(readFileSync(target)).digest("hex");
    manifest.push({ file: to, package: name, version, licence: license, licence_file: licenceFile, sha256 });
  }
  return manifest;
}

function icons() {
  const names = readFileSync(join(here, "icons.txt"), "utf8").split(/\s+/).filter(Boolean).sort();
  const inner = {};
  for (const name of names) {
    const svg = readFileSync(join(modules, "@tabler/icons/icons/outline", `${name}.svg`), "utf8");
    inner[name] = svg.replace(/^[\s\S]*?<svg[\s\S]*?>/, "").replace(/<\/svg>\s*$/, "")
      .replace(/<path stroke="none" d="M0 0h24v24H0z" fill="none" ?\/>/, "").replace(/\s*\n\s*/g, "").trim();
  }
  const text = JSON.stringify(inner, null, 1) + "\n";
  writeFileSync(join(ui, "icons.json"), text);
  writeFileSync(join(out, "icons-LICENSE.txt"), licenceText("@tabler/icons"));
  const { version, license } = about("@tabler/icons");
  return { file: "../../../icons.json", package: "@tabler/icons", version, licence: license, licence_file: "icons-LICENSE.txt", sha256: createHash("sha256").update(text).digest("hex") };
}

const manifest = copy(out, served);
manifest.push(icons());
writeFileSync(join(out, "manifest.json"), JSON.stringify(manifest, null, 2) + "\n");
writeFileSync(join(tests, "manifest.json"), JSON.stringify(copy(tests, tested), null, 2) + "\n");
console.log(`${manifest.length} files in ui, ${tested.length} for tests`);
