import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, expect, it } from 'vitest';
import { checkoutOf, nextSteps } from './next-steps.js';

const root = mkdtempSync(join(tmpdir(), 'next-steps-'));
afterAll(() => rmSync(root, { recursive: true, force: true }));

it('are a plain install where the packages come from a registry', () => {
  expect(checkoutOf(join(root, 'lib', 'cli', 'dist'))).toBeUndefined();
  expect(nextSteps('/p', undefined)).toEqual(['cd /p', 'npm install', 'npm test', 'sextant serve --config /p/sextant.config.yaml']);
});

it('pack the packages of a checkout first, and lend its Node.js to who has none that is new enough', () => {
  for (const folder of ['scripts', 'node_modules/.bin', 'hosts/cli/dist']) mkdirSync(join(root, folder), { recursive: true });
  for (const file of ['scripts/run.mjs', 'node_modules/.bin/node']) writeFileSync(join(root, file), '');
  expect(checkoutOf(join(root, 'hosts', 'cli', 'dist'))).toBe(root);
  const old = nextSteps('/p', root, { userAgent: 'npm/11.0.0 node/v20.20.2 linux x64' }).join('\n');
  expect(nextSteps('/p', root, { plugins: ['code-host'] }).join('\n')).toMatch(
    / pack .*\n.* pack plugins\/code-host .*\nnpm install --no-save /,
  );
  expect(old).toContain(`PATH=${root}/node_modules/.bin:$PATH`);
  expect(old.match(/pack |npm install .*\*\.tgz|npm test|start -- --config \/p\/sextant\.config\.yaml$/g)).toHaveLength(4);
  expect(nextSteps('/p', root, { userAgent: 'npm/11.0.0 node/v24.1.0 linux x64' }).join('\n')).not.toContain('PATH');
});
