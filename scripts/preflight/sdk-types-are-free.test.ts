import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { importedNames, packageOf } from './imported-names.js';

const root = join(import.meta.dirname, '..', '..');
const FRAMEWORKS = ['inversify', 'koa', '@types/koa', 'graphql-modules', 'typeorm'];
// Re-exports TypeORM's decorators on purpose: entities are written with them.
const STORAGE = join('sdk', 'dist', 'storage');

const declarations = (folder: string) =>
  readdirSync(join(root, folder), { recursive: true, encoding: 'utf8' })
    .filter((name) => name.endsWith('.d.ts'))
    .map((name) => join(folder, name));

describe('the types of the SDK', () => {
  it.each(['sdk/dist', 'sdk/testing/dist', 'sdk/tsyringe/dist'])('in %s name no framework', (folder) => {
    const files = declarations(folder).filter((file) => !file.startsWith(STORAGE));
    expect(files.length).toBeGreaterThan(0);
    const named = files.flatMap((file) =>
      importedNames(readFileSync(join(root, file), 'utf8'))
        .filter((name) => FRAMEWORKS.includes(packageOf(name) ?? ''))
        .map((name) => `${file} names ${name}`),
    );
    expect(named).toEqual([]);
  });

  it.each([
    ["import type { Container } from 'inversify';", ['inversify']],
    ["export declare const x: import('koa').Context;", ['koa']],
    ["import 'typeorm/browser';", ['typeorm/browser']],
    ["export * from './x.js';", ['./x.js']],
    ['/// <reference types="koa" />', ['koa']],
    ["/** Never `import('inversify')`. */\n// from 'koa'", []],
  ])('would be seen in %s', (text, names) => {
    expect(importedNames(text)).toEqual(names);
  });
});
