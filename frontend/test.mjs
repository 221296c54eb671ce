// Runs every src/**/*.test.ts: one bundle by esbuild, run by node's own test runner on one happy-dom document.
// A process for each file would spend five times as long on loading the document.
import { build } from "esbuild";
import { spawn } from "node:child_process";
import { mkdtemp, readdir, rm } from "node:fs/promises";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";

const here = dirname(fileURLToPath(import.meta.url));
const wanted = process.argv[2] ?? "";
const files = (await readdir(join(here, "src"), { recursive: true }))
  .filter((name) => name.endsWith(".test.ts") && name.includes(wanted))
  .map((name) => join(here, "src", name));
const out = await mkdtemp(join(here, "node_modules", ".test-"));

try {
  const all = join(out, "all.mjs");
  await build({
    stdin: { contents: files.map((file) => `import ${JSON.stringify(file)};`).join("\n"), resolveDir: here },
    outfile: all,
    bundle: true,
    format: "esm",
    platform: "node",
    packages: "external",
    sourcemap: "inline",
    logLevel: "warning",
  });
  const run = spawn(process.execPath, ["--enable-source-maps", "--test", all], { stdio: "inherit" });
  process.exitCode = await new Promise((done) => run.on("exit", done));
} finally {
  await rm(out, { recursive: true, force: true });
}
