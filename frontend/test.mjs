// Runs every src/**/*.test.ts: bundled by esbuild, run by node's own test runner on a happy-dom document.
import { build } from "esbuild";
import { spawn } from "node:child_process";
import { mkdtemp, readdir, rm } from "node:fs/promises";
import { dirname, join, relative } from "node:path";
import { fileURLToPath } from "node:url";

const here = dirname(fileURLToPath(import.meta.url));
const wanted = process.argv[2] ?? "";
const files = (await readdir(join(here, "src"), { recursive: true }))
  .filter((name) => name.endsWith(".test.ts") && name.includes(wanted))
  .map((name) => join(here, "src", name));
const out = await mkdtemp(join(here, "node_modules", ".test-"));

try {
  await build({
    entryPoints: files,
    outdir: out,
    outbase: join(here, "src"),
    outExtension: { ".js": ".mjs" },
    bundle: true,
    format: "esm",
    platform: "node",
    packages: "external",
    sourcemap: "inline",
    logLevel: "warning",
  });
  const built = files.map((file) => join(out, relative(join(here, "src"), file).replace(/\.ts$/, ".mjs")));
  const run = spawn(process.execPath, ["--enable-source-maps", "--test", ...built], { stdio: "inherit" });
  process.exitCode = await new Promise((done) => run.on("exit", done));
} finally {
  await rm(out, { recursive: true, force: true });
}
