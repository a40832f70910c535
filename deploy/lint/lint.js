// Checks what no compiler sees: the workflows with GitHub's own parser, the Dockerfile, and Kubernetes manifests against the schemas of its API.
// Usage: npm run --silent lint [FILE…], with files that kubectl kustomize has rendered. Prints one line per mistake.
import { readdirSync, readFileSync } from "node:fs";
import { join, relative } from "node:path";
import { fileURLToPath } from "node:url";
import { validate as validateWorkflow } from "@actions/languageservice";
import { validate as validateDockerfile } from "dockerfile-utils";
import { TextDocument } from "vscode-languageserver-textdocument";
import { parse, parseAllDocuments } from "yaml";

const repository = fileURLToPath(new URL("../../", import.meta.url));
const workflows = join(repository, ".github/workflows");
const mistakes = [];
const report = (file, line, message) => mistakes.push(`${relative(repository, file)}${line ? `:${line}` : ""}: ${message}`);
const reportAll = (file, diagnostics) => diagnostics.forEach((found) => report(file, found.range.start.line + 1, found.message));

for (const name of readdirSync(workflows)) {
  const file = join(workflows, name);
  const text = readFileSync(file, "utf8");
  reportAll(file, await validateWorkflow(TextDocument.create(`file:///.github/workflows/${name}`, "yaml", 1, text), {}));
  checkHabits(file, text);
}

const dockerfile = join(repository, "Dockerfile");
reportAll(dockerfile, validateDockerfile(readFileSync(dockerfile, "utf8")));

for (const file of process.argv.slice(2)) {
  for (const document of parseAllDocuments(readFileSync(file, "utf8"), { uniqueKeys: true })) {
    document.errors.forEach((error) => report(file, 0, error.message));
    await checkManifest(file, document.toJS());
  }
}

mistakes.forEach((mistake) => console.error(mistake));
process.exitCode = mistakes.length > 0 ? 1 : 0;

/** GitHub accepts workflows without any of these, but then a stolen token can do more, a tag can be moved, and a job can hang for six hours. */
function checkHabits(file, text) {
  const workflow = parse(text);
  for (const key of ["permissions", "concurrency", "defaults"]) {
    workflow[key] ?? report(file, 0, `${key} is missing`);
  }

  for (const [name, job] of Object.entries(workflow.jobs)) {
    job.uses ?? job["timeout-minutes"] ?? report(file, 0, `${name}: timeout-minutes is missing`);
  }

  text.split("\n").forEach((line, index) => {
    if (/^\s*(- )?uses: (?!\.\/)/.test(line) && !/@[0-9a-f]{40} # v\d+\.\d+\.\d+$/.test(line)) {
      report(file, index + 1, "pin the action by its full commit, and name its version in a comment");
    }
  });
}

/** Finds missing fields, wrong types, and unknown words. Unknown fields pass here; KubernetesTests refuses those. */
async function checkManifest(file, manifest) {
  const { apiVersion, kind, metadata } = manifest;
  try {
    const models = await import(`kubernetes-models/${apiVersion}/${kind}`);
    new models[kind](manifest).validate();
  } catch (error) {
    report(file, 0, `${kind} ${metadata?.name}: ${error.message}`);
  }
}
