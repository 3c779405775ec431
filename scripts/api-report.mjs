// Writes what each published entry shows to its users into docs/api/<entry>.api.md. `--check` writes nothing, and fails where that would change a file:
// a change of the public interface is then seen, and meant, in review.
import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { Extractor, ExtractorConfig } from '@microsoft/api-extractor';
import { publishedEntries, root } from './published-entries.mjs';

const check = process.argv.includes('--check');
const folder = join(root, 'docs', 'api');
mkdirSync(folder, { recursive: true });
mkdirSync(join(root, 'temp'), { recursive: true });

/** The report of one entry, as text, and the errors on the way. */
function report(entry) {
  const temp = mkdtempSync(join(root, 'temp', 'api-'));
  const errors = [];
  try {
    const config = ExtractorConfig.prepare({
      configObject: {
        projectFolder: join(root, entry.package),
        mainEntryPointFilePath: join(root, `${entry.compiled}.d.ts`),
        newlineKind: 'lf',
        compiler: {
          overrideTsconfig: {
            extends: join(root, 'tsconfig.base.json'),
            compilerOptions: { types: ['node'] },
            files: [join(root, `${entry.compiled}.d.ts`)],
          },
        },
        apiReport: {
          enabled: true,
          reportFileName: `${entry.name}.api.md`,
          reportFolder: temp,
          reportTempFolder: temp,
          includeForgottenExports: false,
        },
        docModel: { enabled: false },
        dtsRollup: { enabled: false },
        tsdocMetadata: { enabled: false },
        messages: {
          compilerMessageReporting: { default: { logLevel: 'warning' } },
          // What is worth a remark stands in the report itself, where a reviewer sees it come and go.
          extractorMessageReporting: {
            default: { logLevel: 'none' },
            'ae-forgotten-export': { logLevel: 'warning', addToApiReportFile: true },
          },
          tsdocMessageReporting: { default: { logLevel: 'none' } },
        },
      },
      configObjectFullPath: undefined,
      packageJsonFullPath: join(root, entry.package, 'package.json'),
    });
    Extractor.invoke(config, {
      localBuild: true,
      messageCallback(message) {
        if (message.logLevel === 'error' || message.category === 'Compiler') errors.push(message.formatMessageWithLocation(root));
        message.handled = true;
      },
    });
    return { text: readFileSync(join(temp, `${entry.name}.api.md`), 'utf8'), errors };
  } finally {
    rmSync(temp, { recursive: true, force: true });
  }
}

const problems = [];
const entries = publishedEntries();
for (const entry of entries) {
  const file = join(folder, `${entry.name}.api.md`);
  const { text, errors } = report(entry);
  problems.push(...errors);
  let committed;
  try {
    committed = readFileSync(file, 'utf8');
  } catch (error) {
    if (error.code !== 'ENOENT') throw error;
  }
  if (committed === text) continue;
  if (check) problems.push(`docs/api/${entry.name}.api.md is stale: run "npm run api" and commit what it writes`);
  else writeFileSync(file, text);
}
const known = new Set(entries.map(({ name }) => `${name}.api.md`));
for (const file of readdirSync(folder))
  if (file.endsWith('.api.md') && !known.has(file)) problems.push(`docs/api/${file} belongs to no published entry`);
if (entries.length === 0) problems.push('there is no published entry');
for (const problem of problems) console.error(problem);
console.log(`API report: ${entries.length} entries, ${problems.length} problems`);
process.exitCode = problems.length === 0 ? 0 : 1;
