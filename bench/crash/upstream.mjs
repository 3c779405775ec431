import { execFileSync } from 'node:child_process';
import { mkdirSync, renameSync } from 'node:fs';
import { join } from 'node:path';
import { randomOf } from './random.mjs';

const SYLLABLES = ['ka', 'lo', 'mi', 'ren', 'tu', 'sa', 'vor', 'pex', 'qui', 'dan', 'fel', 'gri'];
const EXTENSIONS = ['ts', 'py', 'go', 'md', 'json'];
const env = { ...process.env, GIT_CONFIG_GLOBAL: '/dev/null', GIT_CONFIG_NOSYSTEM: '1' };

/** Real git repositories with a history, made from a seed; they grow while an installation follows them. */
export class Upstream {
  /** Per repository, the content of its last commit: path → text. */
  #trees = new Map();
  #clock = 1_700_000_000;
  #making;

  /** @param {string} root @param {{seed: number, files: number, fileBytes: number}} options */
  constructor(root, options) {
    this.root = root;
    this.options = options;
    this.random = randomOf(options.seed);
  }

  get names() {
    return [...this.#trees.keys()];
  }

  /** The commit that each repository is at, by name. */
  heads() {
    return new Map(this.names.map((name) => [name, git(this.#folder(name), ['rev-parse', 'refs/heads/main']).trim()]));
  }

  /** A new repository with a few commits. @returns its name. */
  add() {
    const name = `upstream-${String(this.#trees.size).padStart(2, '0')}`;
    // Made where nobody looks: who follows us would clone it half made, and fetch the rest.
    this.#making = name;
    mkdirSync(this.#folder(name), { recursive: true });
    git(this.#folder(name), ['init', '-q', '-b', 'main']);
    this.#trees.set(name, new Map());
    this.#commit(name, (tree) => {
      for (let i = 0; i < this.options.files; i++) tree.set(this.#path(i), this.#text());
    });
    for (let i = 0; i < 4; i++) this.change(name, 0.05);
    const made = this.#folder(name);
    this.#making = undefined;
    renameSync(made, this.#folder(name));
    return name;
  }

  /** One more commit that rewrites a share of the files, adds one and deletes one. */
  change(name, share) {
    this.#commit(name, (tree) => {
      const paths = [...tree.keys()];
      for (const path of paths) if (this.random.next() < share) tree.set(path, this.#text());
      tree.delete(this.random.pick(paths));
      tree.set(this.#path(this.random.below(1_000_000)), this.#text());
    });
  }

  #commit(name, edit) {
    const before = new Map(this.#trees.get(name));
    const tree = new Map(before);
    edit(tree);
    this.#clock += 60;
    const who = `Crash Bench <bench@example.com> ${this.#clock} +0000`;
    const message = `Change ${this.#clock}`;
    const lines = [`commit refs/heads/main\ncommitter ${who}\ndata ${message.length}\n${message}\n`];
    if (before.size > 0) lines.push('from refs/heads/main^0\n');
    for (const path of before.keys()) if (!tree.has(path)) lines.push(`D ${path}\n`);
    for (const [path, text] of tree)
      if (before.get(path) !== text) lines.push(`M 100644 inline ${path}\ndata ${Buffer.byteLength(text)}\n${text}\n`);
    git(this.#folder(name), ['fast-import', '--quiet'], lines.join(''));
    this.#trees.set(name, tree);
  }

  #folder(name) {
    return join(this.root, name === this.#making ? `.${name}` : name);
  }

  #path(n) {
    return `${this.#word()}/${this.#word()}-${n}.${this.random.pick(EXTENSIONS)}`;
  }

  #text() {
    const lines = [];
    for (let bytes = 0; bytes < this.options.fileBytes; ) {
      const line = Array.from({ length: 8 }, () => this.#word()).join(' ');
      lines.push(this.random.next() < 0.005 ? `function needle_${this.#word()}() { return '${line}'; }` : line);
      bytes += line.length + 1;
    }
    return lines.join('\n');
  }

  #word() {
    return this.random.pick(SYLLABLES) + this.random.pick(SYLLABLES) + this.random.pick(SYLLABLES);
  }
}

const git = (cwd, args, input) => execFileSync('git', args, { cwd, env, encoding: 'utf8', input, stdio: ['pipe', 'pipe', 'pipe'] });
