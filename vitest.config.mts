import { join } from 'node:path';
import { defineConfig } from 'vitest/config';
import { ProgramsFirst } from './scripts/vitest/programs-first.js';

const E2E = '**/*.e2e.test.ts';
const IGNORED = ['**/node_modules/**', '**/dist/**', '**/bundle/**', '**/temp/**'];
const wantsE2e = process.env.SEXTANT_TEST_E2E === '1';

// Every worker and every program under test begins with the same thousand modules: what Node.js compiles of them is kept for the next.
process.env.NODE_COMPILE_CACHE ??= join(import.meta.dirname, 'node_modules', '.compile-cache');

export default defineConfig({
  // The file that Node takes. By graphql's `module` field Vite would load a second copy, whose classes the libraries do not know.
  resolve: { alias: [{ find: /^graphql$/, replacement: 'graphql/index.js' }] },
  test: {
    include: wantsE2e
      ? [E2E]
      : [
          '{sdk,config,kernel,bench,scripts}/**/*.test.ts',
          'plugins/*/src/**/*.test.ts',
          'hosts/*/src/**/*.test.ts',
          'examples/**/*.test.ts',
        ],
    exclude: wantsE2e ? IGNORED : [...IGNORED, E2E],
    pool: 'forks',
    // By itself Vitest leaves a processor to its own process, which is idle while tests run: on two processors, one file would run at a time.
    maxWorkers: '100%',
    // A worker reads the thousand modules once, not once for each of 350 files.
    isolate: false,
    sequence: { sequencer: ProgramsFirst },
    globalSetup: ['scripts/vitest/start-postgres.ts', 'scripts/vitest/start-gitea.ts'],
    setupFiles: ['scripts/vitest/setup-test-file.ts'],
    testTimeout: 60_000,
    hookTimeout: wantsE2e ? 180_000 : 60_000,
    // What is awaited comes when the machine has come to it, which on a busy one is later than the second that Vitest allows.
    expect: { poll: { timeout: 30_000 } },
    unstubEnvs: true,
    unstubGlobals: true,
    // Our own packages are tested as they ship. Handing dist/ to Node keeps one instance of each class for the test and for the libraries it calls.
    server: { deps: { external: [/\/(?:sdk|config|kernel|plugins|hosts|examples)\/(?:[^/]+\/)*dist\//] } },
  },
});
