import { execFileSync } from 'node:child_process';
import { manifestProblems } from '@sextant/sdk';
import { describe, expect, it } from 'vitest';
import manifest, { config } from './manifest.js';

describe('the manifest', () => {
  it('is sound, and every setting says what it does', () => {
    expect(manifestProblems(manifest)).toEqual([]);
    for (const [key, schema] of Object.entries(config.shape)) expect(schema.description, key).toBeTruthy();
    expect(config.parse({})).toMatchObject({
      maxConcurrentClones: 5,
      minUpdateInterval: 45_000,
      maxUpdateInterval: 28_800_000,
      fetchTimeout: 7_200_000,
    });
  });

  it('loads no framework and no part', () => {
    const script = `import { registerHooks } from 'node:module';
      const seen = [];
      registerHooks({ load: (url, context, next) => (seen.push(url), next(url, context)) });
      await import(${JSON.stringify(new URL('../dist/manifest.js', import.meta.url).href)});
      process.stdout.write(JSON.stringify(seen));`;
    const seen = JSON.parse(execFileSync(process.execPath, ['--input-type=module', '-e', script], { encoding: 'utf8' })) as string[];
    expect(seen.filter((url) => /typeorm|\/koa\/|node_modules\/graphql|\/parts\/|re2js/.test(url))).toEqual([]);
  });
});
