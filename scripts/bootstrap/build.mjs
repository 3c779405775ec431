import { createHash } from 'node:crypto';
import { copyFileSync, existsSync, mkdirSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { runChild } from './child.mjs';
import { Refusal, withFileLock } from './file-lock.mjs';

const SKIPPED = new Set(['node_modules', 'dist', 'bundle', 'temp', 'coverage', '__snapshots__']);
const COMPILED = /\.[cm]?tsx?$/;
const OUTPUT = /(?:\.d)?\.[cm]?[jt]s(?:\.map)?$/;
const NOT_BUILT = /(?:\.test\.[cm]?tsx?|\.md|\.snap)$/;

/** The projects that the root tsconfig.json refers to, as paths from the root. */
function projects(root) {
  const { references = [] } = JSON.parse(readFileSync(join(root, 'tsconfig.json'), 'utf8'));
  return references.map(({ path }) => path);
}

/** Every file below a folder that a build reads, as paths from the root. */
function* files(root, folder) {
  let entries;
  try {
    entries = readdirSync(join(root, folder), { withFileTypes: true });
  } catch (error) {
    if (error.code === 'ENOENT') return;
    throw error;
  }
  for (const entry of entries) {
    const path = `${folder}/${entry.name}`;
    if (entry.isDirectory()) {
      if (!SKIPPED.has(entry.name)) yield* files(root, path);
    } else if (!NOT_BUILT.test(entry.name)) yield path;
  }
}

/**
 * One line that changes whenever a rebuild could give something else: path, size and time of every source, tsconfig and package.json, and the lock file.
 * Times can change without need (a branch switched and back); the compiler then finds out quickly that nothing is to be done.
 */
function fingerprint(root) {
  const hash = createHash('sha256');
  const inputs = projects(root).flatMap((project) => [
    `${project}/package.json`,
    `${project}/tsconfig.json`,
    ...files(root, `${project}/src`),
  ]);
  for (const path of ['tsconfig.json', 'tsconfig.base.json', 'package-lock.json', ...inputs.sort()]) {
    const stat = statSync(join(root, path), { throwIfNoEntry: false });
    hash.update(`${path}\0${stat?.size}\0${stat?.mtimeMs}\n`);
  }
  return hash.digest('hex');
}

const stampFile = (root) => join(root, '.cache', 'build-stamp');

function isCurrent(root, mark) {
  const stamp = stampFile(root);
  return (
    existsSync(stamp) && readFileSync(stamp, 'utf8') === mark && projects(root).every((project) => existsSync(join(root, project, 'dist')))
  );
}

/** What the compiler leaves behind in src (schemas, SQL, YAML) stands beside the compiled code, so that one relative path works in both. */
function copyAssets(root) {
  for (const project of projects(root)) {
    for (const path of files(root, `${project}/src`)) {
      if (COMPILED.test(path)) continue;
      const target = join(root, project, 'dist', path.slice(project.length + '/src/'.length));
      mkdirSync(dirname(target), { recursive: true });
      copyFileSync(join(root, path), target);
    }
  }
}

/**
 * Removes what was compiled from a source that is gone: a folder of migrations read at run time would still find it, and a package would ship it.
 * A file that the compiler did not make is left alone.
 */
function removeOrphans(root) {
  for (const project of projects(root)) {
    const sources = new Set([...files(root, `${project}/src`)].map((path) => path.replace(COMPILED, '')));
    for (const path of compiledFiles(root, `${project}/dist`)) {
      const source = `${project}/src${path.slice(`${project}/dist`.length).replace(OUTPUT, '')}`;
      if (!sources.has(source)) rmSync(join(root, path));
    }
  }
}

/** The files below a dist folder that have the compiler's map beside them. */
function* compiledFiles(root, folder) {
  if (!existsSync(join(root, folder))) return;
  const names = new Set();
  for (const entry of readdirSync(join(root, folder), { withFileTypes: true })) {
    if (entry.isDirectory()) yield* compiledFiles(root, `${folder}/${entry.name}`);
    else names.add(entry.name);
  }
  for (const name of names) if (OUTPUT.test(name) && (name.endsWith('.map') || names.has(`${name}.map`))) yield `${folder}/${name}`;
}

/**
 * Compiles all projects and copies their assets, unless nothing has changed since the last time. Several processes at once: one builds, the others wait.
 * @param options.node the Node that runs the compiler
 */
export async function buildIfNeeded(root, { node, env, say }) {
  if (isCurrent(root, fingerprint(root))) return;
  await withFileLock(
    join(root, '.build.lock'),
    (pid) => say(`Waiting for process ${pid}, which builds…`),
    async () => {
      // Taken before the compiler reads: an edit during the build makes the next start build again.
      const mark = fingerprint(root);
      if (isCurrent(root, mark)) return;
      say('Building…');
      const began = Date.now();
      const tsc = join(root, 'node_modules', '@typescript', 'native', 'bin', 'tsc');
      const { code, signal } = await runChild(node, [tsc, '-b', '--pretty'], { env, cwd: root, quiet: true });
      if (code !== 0) throw new Refusal(`The build failed (${signal ?? `the compiler ended with code ${code}`}).\n`, code ?? 1);
      removeOrphans(root);
      copyAssets(root);
      mkdirSync(dirname(stampFile(root)), { recursive: true });
      writeFileSync(stampFile(root), mark);
      say(`Built in ${((Date.now() - began) / 1000).toFixed(1)} s.`);
    },
  );
}
