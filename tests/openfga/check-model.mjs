// Holds `schemas/openfga/model.fga` and `model.json` against each other: the official
// transformer must parse the first, find it valid, and make the second of it.
//
// node tests/openfga/check-model.mjs           compare
// node tests/openfga/check-model.mjs --write   make model.json anew
//
// The transformer is installed into a folder that is removed again, or taken from the
// folder that SYNTAX_TRANSFORMER names (one that holds `node_modules`).

import { execFileSync } from "node:child_process";
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { createRequire } from "node:module";
import { tmpdir } from "node:os";
import { isDeepStrictEqual } from "node:util";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";

const PACKAGE = "@openfga/syntax-transformer";
const VERSION = "0.2.2";
const schemas = join(dirname(fileURLToPath(import.meta.url)), "../../schemas/openfga");

function withTransformer(use) {
  const given = process.env.SYNTAX_TRANSFORMER;
  const folder = given ?? mkdtempSync(join(tmpdir(), "openfga-"));
  try {
    if (given === undefined) {
      const options = ["install", "--silent", "--no-audit", "--no-fund", "--prefix", folder];
      execFileSync("npm", [...options, `${PACKAGE}@${VERSION}`], { stdio: "inherit" });
    }
    return use(createRequire(join(folder, "package.json"))(PACKAGE));
  } finally {
    if (given === undefined) rmSync(folder, { recursive: true, force: true });
  }
}

// What differs without meaning anything: the order of keys and of types, an id, and the
// members that are empty because nothing was said.
function normal(model) {
  const { id: _, ...rest } = model;
  const byType = (a, b) => (a.type < b.type ? -1 : 1);
  return { ...strip(rest), type_definitions: [...model.type_definitions].map(strip).sort(byType) };
}

function strip(value) {
  if (Array.isArray(value)) return value.map(strip);
  if (value === null || typeof value !== "object") return value;
  const kept = Object.entries(value).map(([key, v]) => [key, strip(v)]);
  return Object.fromEntries(kept.filter(says).sort(([a], [b]) => (a < b ? -1 : 1)));
}

// `this` and `wildcard` say what they say by being there.
function says([key, value]) {
  if (["this", "wildcard"].includes(key)) return true;
  return value !== null && value !== "" && !(typeof value === "object" && Object.keys(value).length === 0);
}

function check({ transformer, validator }) {
  const dsl = readFileSync(join(schemas, "model.fga"), "utf8");
  validator.validateDSL(dsl);
  const made = normal(transformer.transformDSLToJSONObject(dsl));
  const file = join(schemas, "model.json");
  if (process.argv.includes("--write")) {
    writeFileSync(file, `${JSON.stringify(made, null, 2)}\n`);
  }
  const kept = JSON.parse(readFileSync(file, "utf8"));
  validator.validateJSON(kept);
  const back = normal(transformer.transformDSLToJSONObject(transformer.transformJSONToDSL(kept)));
  for (const [what, other] of [["model.json", normal(kept)], ["the way back from model.json", back]]) {
    if (!isDeepStrictEqual(made, other)) {
      console.error(`model.fga and ${what} differ\nhint: node tests/openfga/check-model.mjs --write`);
      return 1;
    }
  }
  const relations = made.type_definitions.flatMap((type) => Object.keys(type.relations ?? {}));
  console.log(`model.fga and model.json agree: ${made.type_definitions.length} types, ${relations.length} relations`);
  return 0;
}

process.exitCode = withTransformer(check);
