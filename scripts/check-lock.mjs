// package-lock.json says what is installed, by version and checksum, and not from where: a mirror or a proxy of whoever made it must not become
// everybody's. `.npmrc` asks npm for that (omit-lockfile-registry-resolved); this fails when a lock file made elsewhere says otherwise.
import { readFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';

const root = resolve(process.argv[2] ?? join(fileURLToPath(import.meta.url), '..', '..'));
const { packages = {} } = JSON.parse(readFileSync(join(root, 'package-lock.json'), 'utf8'));
const problems = [];
for (const [path, entry] of Object.entries(packages)) {
  if (!path.includes('node_modules/') || entry.link) continue;
  if (entry.resolved !== undefined) problems.push(`${path} records the address it was fetched from`);
  if (entry.integrity === undefined && !entry.inBundle) problems.push(`${path} has no checksum`);
}
const count = Object.keys(packages).length;
if (count === 0) problems.push('package-lock.json lists no packages');
for (const problem of problems) console.error(problem);
console.log(`Lock file: ${count} packages, ${problems.length} problems`);
process.exitCode = problems.length === 0 ? 0 : 1;
