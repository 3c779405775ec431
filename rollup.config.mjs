// Bundles what we publish, from what the compiler made: no bundler has to understand decorators. Run by `npm run bundle`, which builds first.
import { nodeResolve } from '@rollup/plugin-node-resolve';
import dts from 'rollup-plugin-dts';
import { publishedEntries } from './scripts/published-entries.mjs';

// Packages stay imports, ours too: `@sextant/sdk/testing` and a plugin under test must meet in one copy of `@sextant/sdk`.
const external = (id) => !/^[./\0]/.test(id);

// One build of all code entries of a package, so that what two of them use exists once and `instanceof` holds between them.
const packages = [...new Set(publishedEntries().map((entry) => entry.package))].map((name) => {
  const entries = publishedEntries().filter((entry) => entry.package === name);
  const input = (extension) =>
    Object.fromEntries(entries.map(({ compiled, bundle }) => [bundle.slice(`${name}/bundle/`.length), `${compiled}${extension}`]));
  const output = (extension, chunks) => ({
    dir: `${name}/bundle`,
    format: 'es',
    entryFileNames: `[name]${extension}`,
    chunkFileNames: `shared/[name]-[hash]${chunks}`,
  });
  return [
    { input: input('.js'), external, output: { ...output('.js', '.js'), sourcemap: true }, plugins: [nodeResolve()] },
    { input: input('.d.ts'), external, output: output('.d.ts', '.d.ts'), plugins: [dts()] },
  ];
});

export default packages.flat();
