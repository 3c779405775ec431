import { execFileSync } from 'node:child_process';
import { cpSync, existsSync, mkdirSync, readdirSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { join, resolve } from 'node:path';

/** @typedef {{registry: keyof typeof FETCHES, name: string, version: string}} Package */

/**
 * How a published package is laid out as files, by the kind of its registry: each by the registry's own client, which need not be there.
 * A fetch is given the name, the version, the folder to fill and an empty one for what lies about meanwhile.
 */
const FETCHES = {
  npm(name, version, target, scratch) {
    const packed = run('npm', ['pack', '--silent', '--ignore-scripts', '--pack-destination', scratch, `${name}@${version}`], scratch);
    run('tar', ['-xzf', join(scratch, packed.trim().split('\n').at(-1)), '-C', target, '--strip-components=1', '--no-same-owner'], scratch);
  },
  python(name, version, target, scratch) {
    run('pip', ['download', '-q', '--no-deps', '--only-binary=:all:', '-d', scratch, `${name}==${version}`], scratch);
    run('python3', ['-m', 'zipfile', '-e', join(scratch, onlyIn(scratch)), target], scratch);
  },
  go(name, version, target, scratch) {
    const { Dir } = JSON.parse(run('go', ['mod', 'download', '-json', `${name}@v${version}`], scratch));
    // The module cache is read-only, its folders too.
    cpSync(Dir, target, { recursive: true });
    run('chmod', ['-R', 'u+w', target], scratch);
  },
  rust(name, version, target, scratch) {
    mkdirSync(join(scratch, 'src'));
    writeFileSync(join(scratch, 'src/lib.rs'), '');
    const dependency = `${name} = { version = "=${version}", default-features = false }`;
    writeFileSync(
      join(scratch, 'Cargo.toml'),
      `[package]\nname = "corpus"\nversion = "0.0.0"\nedition = "2021"\n[dependencies]\n${dependency}\n`,
    );
    run('cargo', ['vendor', '-q', 'vendor'], scratch);
    cpSync(join(scratch, 'vendor', name), target, { recursive: true });
  },
  java(name, version, target, scratch) {
    run('mvn', ['-q', '-B', 'dependency:copy', `-Dartifact=${name}:${version}:jar:sources`, `-DoutputDirectory=${scratch}`], scratch);
    run('jar', ['xf', join(scratch, onlyIn(scratch))], target);
  },
};

/**
 * The folder of a package's files below `cache`, fetched when it is not there. Moved to its place when it is whole:
 * an interrupted fetch leaves nothing that looks like one.
 * @param {Package} wanted
 */
export function packageFolder({ registry, name, version }, { cache, say }) {
  const label = `${name}@${version}`.replaceAll('/', '+').replaceAll(':', '+');
  const folder = join(resolve(cache), label);
  if (existsSync(folder)) return folder;
  say(`fetching ${label}`);
  const [half, scratch] = ['part', 'scratch'].map((suffix) => `${folder}.${suffix}`);
  for (const one of [half, scratch]) {
    rmSync(one, { recursive: true, force: true });
    mkdirSync(one, { recursive: true });
  }
  FETCHES[registry](name, version, half, scratch);
  rmSync(scratch, { recursive: true });
  renameSync(half, folder);
  return folder;
}

/** What the repository of a package is called: its name, without what stands before it where packages are named by whose they are. */
export const repositoryName = ({ registry, name }) =>
  registry === 'npm' ? name.replace(/^@/, '').replaceAll('/', '-') : name.split(/[/:]/).at(-1);

const run = (program, args, cwd) => execFileSync(program, args, { cwd, encoding: 'utf8', stdio: ['ignore', 'pipe', 'pipe'] });

function onlyIn(folder) {
  const [name, ...others] = readdirSync(folder);
  if (name === undefined || others.length > 0) throw new Error(`One file was expected in ${folder}, and there are ${others.length + 1}.`);
  return name;
}
