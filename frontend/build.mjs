// Builds the bundles of the four faces and the icon sprite into src/zhijin/ui/static/build/.
import { build, context } from "esbuild";
import { existsSync } from "node:fs";
import { mkdir, readdir, readFile, rm, writeFile } from "node:fs/promises";
import { brotliCompressSync } from "node:zlib";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";

const here = dirname(fileURLToPath(import.meta.url));
const out = join(here, "../src/zhijin/ui/static/build");
const watching = process.argv.includes("--watch");

/** Cheap phones are years behind: nesting is flattened, syntax lowered to these engines. */
const target = ["chrome99", "firefox100", "safari15.4"];

function entries() {
  const found = [];
  for (const face of ["portal", "desk", "field", "wall", "map"]) {
    const script = join(here, face === "map" ? "src/map/index.ts" : `src/entries/${face}.ts`);
    const style = join(here, `src/styles/${face}.css`);
    if (existsSync(script)) found.push({ in: script, out: face });
    if (existsSync(style)) found.push({ in: style, out: face });
  }
  // MapLibre parses its data in a worker, which must be a file of this site (worker-src 'self').
  if (existsSync(join(here, "src/map/index.ts"))) {
    found.push({ in: join(here, "node_modules/maplibre-gl/dist/maplibre-gl-worker.mjs"), out: "map-worker" });
  }
  return found;
}

/** One file of <symbol>s, so that a page carries an icon as a reference of 60 bytes. */
async function sprite() {
  const folder = join(here, "icons");
  const names = (await readdir(folder)).filter((name) => name.endsWith(".svg")).sort();
  const symbols = await Promise.all(
    names.map(async (name) => {
      const svg = await readFile(join(folder, name), "utf8");
      const inner = svg.replace(/^[\s\S]*?<svg[^>]*>/, "").replace("</svg>", "");
      return `<symbol id="${name.slice(0, -4)}" viewBox="0 0 24 24">${inner.replace(/\s+/g, " ").trim()}</symbol>`;
    }),
  );
  const notice = "<!-- Icons from Lucide, ISC licence; see frontend/icons/LICENSE -->";
  const text = `<svg xmlns="http://www.w3.org/2000/svg">${notice}${symbols.join("")}</svg>\n`;
  await writeFile(join(out, "icons.svg"), text);
}

const options = {
  entryPoints: entries(),
  outdir: out,
  entryNames: "[name]",
  bundle: true,
  format: "esm",
  minify: !watching,
  sourcemap: watching ? "inline" : false,
  target,
  charset: "utf8",
  legalComments: "none",
  loader: { ".svg": "dataurl", ".png": "dataurl" },
  logLevel: "warning",
  metafile: true,
};

await rm(out, { recursive: true, force: true });
await mkdir(out, { recursive: true });
await sprite();
if (watching) {
  await (await context(options)).watch();
} else {
  await build(options);
  for (const name of (await readdir(out)).sort()) {
    const bytes = await readFile(join(out, name));
    const packed = brotliCompressSync(bytes).length;
    console.log(`${name.padEnd(20)} ${String(bytes.length).padStart(9)} B ${String(packed).padStart(8)} B brotli`);
  }
}
