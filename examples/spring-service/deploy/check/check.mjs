// Checks manifests against Kubernetes' schemas (types, required fields, formats) and against its
// types (fields that do not exist), and a Dockerfile with two linters. Works offline once
// `npm install` has run. Usage: node check.mjs kubernetes.yaml Dockerfile
import { spawnSync } from "node:child_process";
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { createRequire } from "node:module";
import path from "node:path";
import { parseAllDocuments } from "yaml";

const here = import.meta.dirname ?? path.dirname(new URL(import.meta.url).pathname);
const require = createRequire(import.meta.url);
const [manifests, dockerfile] = process.argv.slice(2);
const problems = [];

async function checkManifests(file) {
  const documents = parseAllDocuments(readFileSync(file, "utf8"));
  const lines = [];
  const kinds = [];
  for (const [i, document] of documents.entries()) {
    if (document.errors.length > 0) {
      problems.push(`${file}, document ${i}: ${document.errors[0].message}`);
      continue;
    }
    const data = document.toJS();
    const who = `${file}: ${data?.apiVersion} ${data?.kind} ${data?.metadata?.name}`;
    let module;
    try {
      module = await import(`kubernetes-models/${data.apiVersion}`);
    } catch {
      problems.push(`${who}: there is no apiVersion ${data?.apiVersion}`);
      continue;
    }
    const Kind = module[data.kind];
    if (Kind === undefined) {
      problems.push(`${who}: ${data.apiVersion} has no kind ${data.kind}`);
      continue;
    }
    kinds.push(data.kind);
    try {
      new Kind(data).validate();
    } catch (e) {
      problems.push(`${who}: ${e.message}`);
    }
    const { apiVersion, kind, ...rest } = data;
    lines.push(`import { ${kind} as Kind${i} } from "kubernetes-models/${apiVersion}";`);
    lines.push(`new Kind${i}(${JSON.stringify(rest)});`);
  }
  checkTypes(file, lines);
  return kinds;
}

/** An object literal with a field that its type does not have is an error in TypeScript. */
function checkTypes(file, lines) {
  const scratch = mkdtempSync(path.join(here, ".types-"));
  try {
    writeFileSync(path.join(scratch, "manifests.ts"), lines.join("\n"));
    const tsc = require.resolve("typescript/bin/tsc");
    const options = "--noEmit --strict --skipLibCheck --module nodenext --target es2022".split(" ");
    const run = spawnSync(process.execPath, [tsc, ...options, path.join(scratch, "manifests.ts")], {
      encoding: "utf8",
    });
    if (run.status !== 0) {
      problems.push(`${file}: ${run.stdout.replaceAll(scratch, "").slice(0, 800)}`);
    }
  } finally {
    rmSync(scratch, { recursive: true });
  }
}

function checkDockerfile(file) {
  const bin = path.join(here, "node_modules", ".bin");
  const lint = spawnSync(path.join(bin, "dockerfilelint"), ["-o", "json", file], { encoding: "utf8" });
  const issues = JSON.parse(lint.stdout).files.flatMap((f) => f.issues);
  issues.forEach((issue) => problems.push(`${file}:${issue.line}: ${issue.title}. ${issue.content}`));
  const utils = spawnSync(path.join(bin, "dockerfile-utils"), ["lint", file], { encoding: "utf8" });
  if (utils.status !== 0 || utils.stdout.trim() !== "") {
    problems.push(`${file}: ${utils.stdout}${utils.stderr}`);
  }
}

const kinds = await checkManifests(manifests);
checkDockerfile(dockerfile);
if (problems.length > 0) {
  console.error(problems.join("\n"));
  process.exit(1);
}
console.log(`${kinds.length} manifests (${kinds.join(", ")}) and the Dockerfile are valid.`);
