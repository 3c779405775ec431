// Packs what is published: `node scripts/run.mjs pack [--to <folder>] [package folder…]`, by default sdk, config and kernel, into temp/packages/.
// Whoever writes a plugin on another plugin's api names that one: what it needs of the workspace is packed along, so that npm finds all of it.
// A packed package offers its bundles in place of dist/, and asks for its sisters by version; the package.json of the checkout stays as it is.
import { execFileSync } from 'node:child_process';
import { cpSync, existsSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { basename, join, relative, resolve } from 'node:path';
import { publishedEntries, root } from './published-entries.mjs';

const args = process.argv.slice(2);
const at = args.indexOf('--to');
const target = resolve(at < 0 ? join(root, 'temp', 'packages') : args.splice(at, 2)[1]);
const folders = args.length === 0 ? ['sdk', 'config', 'kernel'] : args.map((folder) => relative(root, resolve(root, folder)));
const NOT_SHIPPED = /\.tsbuildinfo$|\.test\.|\.map$/;

const read = (file) => JSON.parse(readFileSync(file, 'utf8'));

/** The packages of the workspace by name: where each is, and its version. */
function workspace() {
  const { packages } = read(join(root, 'package-lock.json'));
  const own = Object.keys(packages).filter(
    (path) => path !== '' && !path.includes('node_modules/') && existsSync(join(root, path, 'package.json')),
  );
  return new Map(
    own.map((path) => [read(join(root, path, 'package.json')), path]).map(([{ name, version }, path]) => [name, { path, version }]),
  );
}

/** The folders with those of the workspace that they need at run time, each once. */
function withNeeds(folders, known) {
  const all = new Set();
  const add = (folder) => {
    if (all.has(folder)) return;
    if (!existsSync(join(root, folder, 'package.json'))) {
      console.error(`There is no package in ${folder}. Give a folder of this checkout that has a package.json, such as plugins/code-host.`);
      process.exit(2);
    }
    all.add(folder);
    const { dependencies = {} } = read(join(root, folder, 'package.json'));
    for (const name of Object.keys(dependencies)) if (known.has(name)) add(known.get(name).path);
  };
  folders.forEach(add);
  return all;
}

/** Replaces each compiled file that has a bundle by its bundle, wherever it stands in `exports`. */
function toBundles(folder, value, entries) {
  if (typeof value !== 'string')
    return Object.fromEntries(Object.entries(value).map(([key, inner]) => [key, toBundles(folder, inner, entries)]));
  const path = value.replace(/^\.\//, `${folder}/`);
  const entry = entries.find(({ compiled }) => path === `${compiled}.js` || path === `${compiled}.d.ts`);
  return entry === undefined ? value : `./${path.replace(entry.compiled, entry.bundle).slice(folder.length + 1)}`;
}

/** Leaves out of `exports` the entries whose source is not there yet. */
const presentExports = (folder, exports) =>
  Object.fromEntries(Object.entries(exports).filter(([, { default: file }]) => existsSync(join(root, folder, file))));

function pack(folder, known) {
  const manifest = read(join(root, folder, 'package.json'));
  const entries = publishedEntries().filter((entry) => entry.package === folder);
  const own = (dependencies = {}) =>
    Object.fromEntries(
      Object.entries(dependencies).map(([name, range]) => [name, range === '*' && known.has(name) ? `^${known.get(name).version}` : range]),
    );
  const published = {
    ...manifest,
    exports: toBundles(folder, presentExports(folder, manifest.exports), entries),
    files: [entries.length > 0 ? 'bundle' : 'dist', 'README.md', 'LICENSE'],
    dependencies: own(manifest.dependencies),
  };
  const staged = mkdtempSync(join(root, 'temp', 'pack-'));
  try {
    writeFileSync(join(staged, 'package.json'), `${JSON.stringify(published, null, 2)}\n`);
    cpSync(join(root, 'LICENSE'), join(staged, 'LICENSE'));
    for (const name of [published.files[0], 'README.md']) {
      if (!existsSync(join(root, folder, name))) continue;
      cpSync(join(root, folder, name), join(staged, name), { recursive: true, filter: (file) => !NOT_SHIPPED.test(basename(file)) });
    }
    const { npm_execpath: npm } = process.env;
    const [command, ...first] = npm && basename(npm).startsWith('npm-cli') ? [process.execPath, npm] : ['npm'];
    execFileSync(command, [...first, 'pack', '--silent', '--ignore-scripts', '--pack-destination', target], {
      cwd: staged,
      stdio: ['ignore', 'ignore', 'inherit'],
    });
  } finally {
    rmSync(staged, { recursive: true, force: true });
  }
}

mkdirSync(target, { recursive: true });
mkdirSync(join(root, 'temp'), { recursive: true });
const known = workspace();
const packages = withNeeds(folders, known);
execFileSync(join(root, 'node_modules', '.bin', 'rollup'), ['-c', '--silent'], { cwd: root, stdio: ['ignore', 'inherit', 'inherit'] });
for (const folder of packages) pack(folder, known);
console.log(
  readdirSync(target)
    .map((name) => join(target, name))
    .join('\n'),
);
