import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';

const root = join(import.meta.dirname, '..', '..');
const HEADINGS: ReadonlyArray<readonly [part: string, heading: RegExp]> = [
  ['how it is used', /^## .*\bused?\b/im],
  ['its configuration', /^## .*\bconfiguration\b/im],
  ['what is written by hand', /^## .*\bwritten by hand\b/im],
];

describe('the README of a plugin', () => {
  it.each(readdirSync(join(root, 'plugins')))('says in %s what it is, how it is used, its configuration, what is written by hand', (id) => {
    const text = readFileSync(join(root, 'plugins', id, 'README.md'), 'utf8');
    expect(HEADINGS.filter(([, heading]) => !heading.test(text)).map(([part]) => part)).toEqual([]);
    // What it is stands under its own heading, or as the first paragraph under the title.
    expect(text).toMatch(/^# .+\n+(?:## What it is\n+)?[^#\s]/);
  });
});
