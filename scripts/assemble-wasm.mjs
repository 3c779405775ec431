// Makes `<name>.wasm.ts` of each `<name>.wat`: the module as text that any TypeScript can import. With --check it only says what is out of date.
import { existsSync, globSync, readFileSync, writeFileSync } from 'node:fs';
import { join, relative } from 'node:path';
import { fileURLToPath } from 'node:url';
import wabt from 'wabt';

const root = join(fileURLToPath(import.meta.url), '..', '..');
const check = process.argv.includes('--check');
const { parseWat } = await wabt();
let problems = 0;
const sources = globSync('{kernel,plugins/*}/src/**/*.wat', { cwd: root });
for (const source of sources) {
  const name = source
    .split('/')
    .at(-1)
    .replace(/\.wat$/, '');
  const module = parseWat(source, readFileSync(join(root, source), 'utf8'), { simd: true });
  const base64 = Buffer.from(module.toBinary({}).buffer).toString('base64');
  const constant = name.toUpperCase().replaceAll('-', '_');
  const text = `// Made of ${name}.wat by \`node scripts/assemble-wasm.mjs\`.\nexport const ${constant} =\n  '${base64}';\n`;
  const target = join(root, source.replace(/\.wat$/, '.wasm.ts'));
  if (existsSync(target) && readFileSync(target, 'utf8') === text) continue;
  if (check) {
    problems++;
    console.error(`${relative(root, target)} is not made of ${name}.wat as it is now: run node scripts/assemble-wasm.mjs`);
  } else writeFileSync(target, text);
}
console.log(`WebAssembly: ${sources.length} modules, ${problems} problems`);
process.exitCode = problems === 0 ? 0 : 1;
