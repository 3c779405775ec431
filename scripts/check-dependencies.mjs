// What package-lock.json brings in: each licence is in the allow list, install scripts are known, and no accepted advisory is forgotten. The lists are in
// dependency-policy.json. With --audit the registry is asked for known vulnerabilities, by `npm audit`; a registry that cannot be asked is said, and is no
// failure, since CI also runs without a network.
import { execFile } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';

const args = process.argv.slice(2);
const root = resolve(args.find((arg) => !arg.startsWith('--')) ?? join(fileURLToPath(import.meta.url), '..', '..'));
const read = (path) => JSON.parse(readFileSync(join(root, path), 'utf8'));
const policy = read('scripts/dependency-policy.json');
const { packages = {} } = read('package-lock.json');
const problems = [];

const allowed = new Set(policy.licenses.map((license) => license.toLowerCase()));

/** An SPDX expression of identifiers, OR, AND and parentheses. AND binds tighter than OR. */
function isAllowed(expression) {
  const tokens = expression.match(/[()]|[^\s()]+/g) ?? [];
  let at = 0;
  const term = () => {
    if (tokens[at] !== '(') return allowed.has((tokens[at++] ?? '').toLowerCase());
    at += 1;
    const inner = alternatives();
    if (tokens[at++] !== ')') at = Number.POSITIVE_INFINITY;
    return inner;
  };
  const all = () => {
    let good = term();
    while (/^and$/i.test(tokens[at] ?? '')) {
      at += 1;
      good = term() && good;
    }
    return good;
  };
  const alternatives = () => {
    let good = all();
    while (/^or$/i.test(tokens[at] ?? '')) {
      at += 1;
      good = all() || good;
    }
    return good;
  };
  return alternatives() && at === tokens.length;
}

const matches = (pattern, name) => (pattern.endsWith('*') ? name.startsWith(pattern.slice(0, -1)) : name === pattern);
const used = new Set();
for (const [path, entry] of Object.entries(packages)) {
  if (!path.includes('node_modules/') || entry.link) continue;
  const name = entry.name ?? path.slice(path.lastIndexOf('node_modules/') + 'node_modules/'.length);
  const of = `${name}@${entry.version}`;
  const exception = policy.licenseExceptions[of];
  if (exception) used.add(of);
  else if (typeof entry.license !== 'string') problems.push(`${of} declares no licence`);
  else if (!isAllowed(entry.license)) problems.push(`${of} has the licence ${entry.license}, which is not in the allow list`);
  if (!entry.hasInstallScript) continue;
  const known = Object.keys(policy.installScripts).find((pattern) => matches(pattern, name));
  if (known) used.add(known);
  else problems.push(`${of} has an install script`);
}
for (const key of [...Object.keys(policy.licenseExceptions), ...Object.keys(policy.installScripts)])
  if (!used.has(key)) problems.push(`dependency-policy.json excepts ${key}, which is not needed any more`);

const today = new Date().toISOString().slice(0, 10);
for (const { id, package: name, reason, until } of policy.acceptedAdvisories) {
  if (!id || !name || !reason || !/^\d{4}-\d\d-\d\d$/.test(until ?? ''))
    problems.push(`the accepted advisory ${id} needs a package, a reason and a date (until)`);
  else if (until < today) problems.push(`the advisory ${id} of ${name} was accepted until ${until}: look at it again`);
}

if (args.includes('--audit')) await audit();

for (const problem of problems) console.error(problem);
console.log(`Dependencies: ${Object.keys(packages).length} packages, ${problems.length} problems`);
process.exitCode = problems.length === 0 ? 0 : 1;

async function audit() {
  const command = ['audit', '--json', '--audit=true', '--package-lock-only', '--fetch-retries=0', '--fetch-timeout=20000'];
  // A report with findings ends with a code other than 0.
  const { stdout, stderr } = await promisify(execFile)('npm', command, { cwd: root, timeout: 60_000, maxBuffer: 64 << 20 }).catch(
    (error) => error,
  );
  let report;
  try {
    report = JSON.parse(stdout);
  } catch {
    // It is said below.
  }
  if (typeof report?.vulnerabilities !== 'object') {
    const why = (report?.error?.summary || report?.message || stderr || 'npm did not run').trim().split('\n')[0];
    console.log(`NO DEPENDENCY AUDIT: the registry could not be asked for advisories (${why}).`);
    return;
  }
  const found = new Map();
  for (const { via } of Object.values(report.vulnerabilities))
    for (const one of via) if (typeof one === 'object' && ['high', 'critical'].includes(one.severity)) found.set(`${one.source}`, one);
  let accepted = 0;
  for (const { name, title, url = '', severity } of found.values()) {
    const id = url.split('/').at(-1);
    if (policy.acceptedAdvisories.some((one) => one.id === id && one.package === name)) accepted += 1;
    else problems.push(`${name}: ${title} (${severity}, ${id})`);
  }
  console.log(`Audit: ${found.size} advisories of severity high or above, ${accepted} accepted`);
}
