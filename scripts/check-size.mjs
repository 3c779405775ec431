// A file of more than 400 lines is a decision that someone wrote down: with its reason, in docs/size-allowlist.json. An entry that is not needed any
// more fails too, so that the list stays a list of decisions.
import { execFileSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';

const CEILING = 400;
const SOURCE = /\.(?:[cm]?[jt]sx?|graphql|css|sql|sh)$/;
const root = resolve(process.argv[2] ?? join(fileURLToPath(import.meta.url), '..', '..'));

const allowed = JSON.parse(readFileSync(join(root, 'docs', 'size-allowlist.json'), 'utf8'));
const listed = execFileSync(
  'git',
  ['-c', `safe.directory=${root}`, '-C', root, 'ls-files', '-z', '--cached', '--others', '--exclude-standard'],
  {
    encoding: 'utf8',
    maxBuffer: 64 << 20,
  },
);
const problems = [];
let count = 0;
for (const file of new Set(listed.split('\0'))) {
  if (!SOURCE.test(file) || file.startsWith('docs/')) continue;
  let text;
  try {
    text = readFileSync(join(root, file), 'utf8');
  } catch (error) {
    if (error.code === 'ENOENT') continue; // Removed, and not committed yet.
    throw error;
  }
  count += 1;
  const lines = text.split('\n').length - (text.endsWith('\n') ? 1 : 0);
  if (lines > CEILING && !allowed[file])
    problems.push(`${file} has ${lines} lines: split it, or give the reason in docs/size-allowlist.json`);
  if (lines <= CEILING && allowed[file]) problems.push(`${file} has ${lines} lines and needs no entry in docs/size-allowlist.json`);
  delete allowed[file];
}
for (const file of Object.keys(allowed)) problems.push(`docs/size-allowlist.json names ${file}, which is not there`);
if (count === 0) problems.push('no file was read');
for (const problem of problems) console.error(problem);
console.log(`Size: ${count} files, ${problems.length} problems`);
process.exitCode = problems.length === 0 ? 0 : 1;
