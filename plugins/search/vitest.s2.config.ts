import { defineConfig } from 'vitest/config';
export default defineConfig({ test: { root: '/work/main', include: ['plugins/search/src/{index,engine}/**/*.test.ts'], pool: 'forks', testTimeout: 20000, exclude: ['**/node_modules/**'] } });
