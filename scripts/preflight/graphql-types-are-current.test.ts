import { spawnSync } from 'node:child_process';
import { join } from 'node:path';
import { expect, it } from 'vitest';

const root = join(import.meta.dirname, '..', '..');

it('has for each schema.graphql the types that are generated from it: npm run graphql', () => {
  const { status, stderr } = spawnSync(process.execPath, [join(root, 'scripts', 'graphql-types.mjs'), '--check'], { encoding: 'utf8' });
  expect({ status, stderr }).toEqual({ status: 0, stderr: '' });
});
