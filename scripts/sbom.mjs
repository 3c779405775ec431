// Writes temp/sbom.cdx.json: a CycloneDX bill of materials of package-lock.json, by `npm sbom`. Nothing is installed or fetched. Fails when a package of the
// lock file is missing in it.
import { execFileSync } from 'node:child_process';
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';

const root = resolve(process.argv[2] ?? join(fileURLToPath(import.meta.url), '..', '..'));
const { name, packages = {} } = JSON.parse(readFileSync(join(root, 'package-lock.json'), 'utf8'));
const text = execFileSync('npm', ['sbom', '--sbom-format=cyclonedx', '--package-lock-only'], {
  cwd: root,
  encoding: 'utf8',
  maxBuffer: 64 << 20,
  shell: process.platform === 'win32',
});
const bom = JSON.parse(text);
const problems = [];
if (bom.bomFormat !== 'CycloneDX' || !/^1\.\d+$/.test(bom.specVersion ?? '')) problems.push('npm wrote no CycloneDX document');
// npm names the product after the folder of the checkout.
if (bom.metadata?.component) bom.metadata.component.name = name;
else problems.push('it names no product');

const purls = new Set((bom.components ?? []).map(({ purl }) => purl?.split('?', 1)[0]));
const unlicensed = [];
for (const [path, entry] of Object.entries(packages)) {
  if (!path.includes('node_modules/') || entry.link) continue;
  const of = entry.name ?? path.slice(path.lastIndexOf('node_modules/') + 'node_modules/'.length);
  if (!purls.has(`pkg:npm/${of.replace('@', '%40')}@${entry.version}`)) problems.push(`${of}@${entry.version} of the lock file is missing`);
}
for (const { purl, licenses, scope } of bom.components ?? [])
  if (!(licenses?.length > 0) && scope !== undefined && !purl.startsWith('pkg:npm/%40sextant/')) unlicensed.push(purl);

mkdirSync(join(root, 'temp'), { recursive: true });
const file = join(root, 'temp', 'sbom.cdx.json');
writeFileSync(file, `${JSON.stringify(bom, null, 2)}\n`);
if (unlicensed.length > 0) console.log(`Without a licence in its package.json: ${unlicensed.join(', ')}`);
for (const problem of problems) console.error(problem);
console.log(`SBOM: ${bom.components?.length ?? 0} components in ${file}, ${problems.length} problems`);
process.exitCode = problems.length === 0 ? 0 : 1;
