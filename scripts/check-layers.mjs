// Checks who imports whom, by the rules of .dependency-cruiser.cjs. A rule that no longer matches anything passes everything, so this fails as well
// on a file that belongs to no layer and on an empty graph. `node scripts/check-layers.mjs [folder]`: another tree laid out like this one, for its test.
import { existsSync, readdirSync } from 'node:fs';
import { createRequire } from 'node:module';
import { join, relative, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import { cruise } from 'dependency-cruiser';
import extractTSConfig from 'dependency-cruiser/config-utl/extract-ts-config';

const here = join(fileURLToPath(import.meta.url), '..', '..');
const root = resolve(process.argv[2] ?? here);
const { layers, forbidden, options } = createRequire(import.meta.url)(join(here, '.dependency-cruiser.cjs'));
const FOLDERS = ['sdk', 'config', 'kernel', 'plugins', 'hosts', 'examples', 'bench', 'scripts'];
const SKIPPED = new Set(['node_modules', 'dist', 'bundle', 'temp', 'coverage']);
const SOURCE = /(?<!\.d)\.(?:[cm]?ts|tsx|mjs|cjs|js)$/;

function* sources(folder) {
  for (const entry of readdirSync(folder, { withFileTypes: true })) {
    if (entry.isDirectory() && !SKIPPED.has(entry.name)) yield* sources(join(folder, entry.name));
    else if (entry.isFile() && SOURCE.test(entry.name)) yield relative(root, join(folder, entry.name));
  }
}

process.chdir(root);
const files = FOLDERS.filter((folder) => existsSync(folder)).flatMap((folder) => [...sources(join(root, folder))]);
const tsConfig = join(here, 'tsconfig.base.json');
const ruled = { ...options, baseDir: root, tsConfig: { fileName: tsConfig }, ruleSet: { forbidden }, validate: true };
const { output } = await cruise(files, ruled, undefined, { tsConfig: extractTSConfig(tsConfig) });

const ours = output.modules.filter(({ source }) => files.includes(source));
const withoutLayer = files.filter((file) => Object.values(layers).filter((pattern) => new RegExp(pattern).test(file)).length !== 1);
const notSeen = files.filter((file) => !ours.some(({ source }) => source === file));
// The TypeScript parser may be missing without a word; then files are listed and none of their imports is.
const edges = ours.reduce((sum, module) => sum + module.dependencies.length, 0);
// A project that reaches another one's sources by a path makes the compiler write beside them, and tests then run what it wrote.
const compiledInPlace = files.filter((file) => file.endsWith('.js') && files.includes(file.replace(/\.js$/, '.ts')));
const problems = [
  ...compiledInPlace.map((file) => `compiled-in-place: ${file} stands beside its source; remove it, and the import that caused it`),
  ...output.summary.violations.map(
    ({ rule, from, to, cycle }) => `${rule.name}: ${from} → ${cycle ? cycle.map(({ name }) => name).join(' → ') : to}`,
  ),
  ...withoutLayer.map((file) => `no-layer: ${file} belongs to no layer of .dependency-cruiser.cjs, or to several`),
  ...notSeen.map((file) => `not-read: ${file} was not read`),
  ...(ours.length === 0 || edges === 0 ? [`empty: ${ours.length} modules with ${edges} imports were read; the parser does not work`] : []),
];
for (const problem of problems) console.error(problem);
console.log(`Layers: ${ours.length} modules, ${edges} imports, ${forbidden.length} rules, ${problems.length} problems`);
process.exitCode = problems.length === 0 ? 0 : 1;
