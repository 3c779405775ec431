import { codeHostFiles } from './code-host-template.js';
import { notesFiles } from './notes-template.js';
import { namesOf, type PluginNames } from './plugin-names.js';

interface Template {
  /** For people. */
  readonly what: string;
  readonly files: (names: PluginNames) => Readonly<Record<string, string>>;
  /** Packages of plugins that it stands on, by their names in the checkout's folder of plugins. */
  readonly plugins: readonly string[];
}

export const TEMPLATES = {
  notes: { what: 'a field, a job and a table', files: notesFiles, plugins: [] },
  'code-host': { what: 'a kind of code host', files: codeHostFiles, plugins: ['code-host'] },
} as const satisfies Record<string, Template>;
export type TemplateName = keyof typeof TEMPLATES;

/** All files of a new plugin, by their paths in its folder. */
export function pluginFiles(id: string, template: TemplateName): Readonly<Record<string, string>> {
  const { files, plugins } = TEMPLATES[template];
  const needs = Object.fromEntries(plugins.map((plugin) => [`@sextant/plugin-${plugin}`, '^1.0.0']));
  return {
    'package.json': json({
      name: `sextant-plugin-${id}`,
      version: '0.1.0',
      private: true,
      type: 'module',
      exports: { '.': { types: './dist/manifest.d.ts', default: './dist/manifest.js' } },
      // Without it, `npm pack` leaves out what git ignores, which is all that is loaded.
      files: ['dist', '!dist/**/*.test.*'],
      engines: { node: '>=24' },
      // An older Node.js is named by the install, in place of a riddle by the tests.
      devEngines: { runtime: { name: 'node', version: '>=24', onFail: 'error' } },
      scripts: { build: 'tsc', test: 'tsc && vitest run --dir src --testTimeout 60000 --hookTimeout 60000', prepack: 'tsc' },
      dependencies: { '@sextant/sdk': '^1.0.0', ...needs, zod: '^4.6.7' },
      devDependencies: { '@sextant/kernel': '^1.0.0', '@types/node': '^24.0.0', typescript: '>=6', vitest: '^5.0.0' },
    }),
    'tsconfig.json': json({
      compilerOptions: {
        target: 'ES2023',
        lib: ['ES2024', 'ESNext.Disposable'],
        module: 'NodeNext',
        moduleResolution: 'NodeNext',
        types: ['node'],
        strict: true,
        noUncheckedIndexedAccess: true,
        skipLibCheck: true,
        declaration: true,
        outDir: 'dist',
        rootDir: 'src',
      },
      include: ['src'],
    }),
    ...files(namesOf(id)),
    '.gitignore': 'node_modules/\ndist/\n',
  };
}

const json = (value: object): string => `${JSON.stringify(value, null, 2)}\n`;
