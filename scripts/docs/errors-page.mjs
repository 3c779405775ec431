import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { allErrorCodes } from '@sextant/sdk';
import { code, page, table } from './markdown.mjs';

const OPEN = ['sdk/src', 'sdk/testing/src', 'config/src', 'kernel/src', 'plugins', 'hosts'];
const SKIPPED = new Set(['node_modules', 'dist', 'bundle', 'testing', 'test', 'temp']);
// Builders of tests stand beside what they build and begin with an article: `a-server.ts`.
const SOURCE = /^(?!an?-).*(?<!\.test|\.d)\.ts$/;
// A code in quotes; environment variables are named SEXTANT_… as well, and are recognised by how they are read.
const QUOTED = /['"`](SEXTANT_[A-Z0-9]+(?:_[A-Z0-9]+)*)['"`]/g;
const DECLARED = /^\s*['"]?(SEXTANT_[A-Z0-9_]+)['"]?: \{/gm;
const DEFINED = /^export const (\w+) = defineError\(\s*['"](SEXTANT_[A-Z0-9_]+)['"]/gm;

function* sources(root, folder) {
  for (const entry of readdirSync(join(root, folder), { withFileTypes: true })) {
    const path = `${folder}/${entry.name}`;
    if (entry.isDirectory() && !SKIPPED.has(entry.name)) yield* sources(root, path);
    else if (entry.isFile() && SOURCE.test(entry.name)) yield path;
  }
}

/** Codes that are thrown and not declared, or declared and not thrown, or declared where this program did not look. Each as a sentence. */
export function errorProblems(root) {
  const used = new Map();
  const declared = new Map();
  /** Codes of error classes, by the names of the classes: used where `new Name(` stands. */
  const classes = new Map();
  const texts = [];
  for (const folder of OPEN) {
    for (const file of sources(root, folder)) {
      const text = readFileSync(join(root, file), 'utf8');
      for (const [, name] of text.matchAll(DECLARED)) declared.set(name, file);
      for (const [, name, defined] of text.matchAll(DEFINED)) {
        declared.set(defined, file);
        classes.set(name, defined);
      }
      texts.push(text);
      for (const [, name] of text.replace(/env\.SEXTANT_\w+/g, '').matchAll(QUOTED)) if (!used.has(name)) used.set(name, file);
    }
  }
  for (const [name, defined] of classes) if (!texts.some((text) => new RegExp(`new ${name}\\(`).test(text))) used.delete(defined);
  if (declared.size === 0) throw new Error('No error code was read.');
  const loaded = new Set(allErrorCodes().map(([name]) => name));
  const known = new Set([...declared.keys(), ...loaded]);
  return [
    ...[...used]
      .filter(([name]) => !known.has(name) && !ENVIRONMENT.has(name))
      .map(([name, file]) => `${file} uses ${name}, which nobody declares`),
    ...[...declared].filter(([name]) => !used.has(name)).map(([name, file]) => `${file} declares ${name}, which nothing throws`),
    ...[...declared]
      .filter(([name]) => !loaded.has(name))
      .map(([name, file]) => `${file} declares ${name}, which is missing on the page of errors: load that file`),
  ];
}

/** Names that look like codes and are variables of the environment. */
const ENVIRONMENT = new Set([
  'SEXTANT_DATA_DIR',
  'SEXTANT_EXTERNAL_URL',
  'SEXTANT_DATABASE_URL',
  'SEXTANT_REDIS_URL',
  'SEXTANT_SUPERVISION',
  'SEXTANT_LOG_LEVEL',
  'SEXTANT_TEST_PG_DSN',
  'SEXTANT_TEST_EMBEDDED_DSN',
]);

export function errorsPage() {
  return page(
    'Errors',
    'Every error that people and programs meet has a code. In GraphQL it is `errors[].extensions.code`, over HTTP it is in the JSON body, and on the command line it begins the line.',
    table(
      ['code', 'HTTP status', 'when', 'what to do'],
      allErrorCodes().map(([name, { status, summary, fix }]) => [code(name), status, summary, fix]),
    ),
  );
}
