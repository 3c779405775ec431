import { createHash, randomBytes, randomUUID } from 'node:crypto';
import {
  closeSync,
  fstatSync,
  fsyncSync,
  linkSync,
  mkdirSync,
  openSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmSync,
  type Stats,
  statSync,
  writeFileSync,
} from 'node:fs';
import { dirname, join } from 'node:path';
import { SextantError } from '@sextant/sdk';
import { takeOwnerLock } from '../storage/embedded/owner-lock.js';
import './secret-errors.js';

/** One key: 32 bytes under an id that travels with what it sealed. */
export interface SealingKey {
  readonly id: string;
  readonly bytes: Buffer;
  readonly createdAt: string;
}

interface KeyFile {
  readonly version: 1;
  readonly primary: string;
  readonly keys: readonly { readonly id: string; readonly key: string; readonly createdAt: string }[];
}

const KEY_BYTES = 32;
// Milliseconds.
const ABANDONED_PART = 60_000;
const LOCK_PATIENCE = 10_000;
const READ_ONLY = new Set(['EROFS', 'EACCES', 'EPERM']);
const ID = /^[a-z0-9]{8,32}$/;

/**
 * The keys of an installation, in one file that only its owner may read. The newest seals; the older ones only open.
 * Every change replaces the whole file at once, so a process that is killed leaves the old file or the new one.
 */
export class KeyRing {
  readonly path: string;
  #keys = new Map<string, SealingKey>();
  #primary = '';
  #stamp = '';

  private constructor(folder: string) {
    this.path = join(folder, 'secrets.json');
  }

  /** Reads the ring of `<dataDir>/keys`, and makes it when there is none. @throws SEXTANT_SECRETS_KEY_MODE, SEXTANT_SECRETS_KEY_INVALID */
  static open(folder: string): KeyRing {
    const ring = new KeyRing(folder);
    mkdirSync(folder, { recursive: true, mode: 0o700 });
    // Files that killed processes were writing hold keys too.
    for (const name of readdirSync(folder))
      if (name.startsWith('secrets.json.part-') && ageOf(join(folder, name)) > ABANDONED_PART) rmSync(join(folder, name), { force: true });
    if (!ring.#load()) {
      const key = newKey();
      // A link fails when the name exists: of two processes that start together, both use the file of the first.
      replaceFile(ring.path, fileOf(key.id, [key]), (part) => {
        try {
          linkSync(part, ring.path);
        } catch (error) {
          if ((error as { code?: string }).code !== 'EEXIST') throw error;
        }
        rmSync(part, { force: true });
      });
      ring.#load();
    }
    return ring;
  }

  /** The key that seals. A process that was started before a rotation notices it here: nothing may be sealed any more with the key before. */
  get primary(): SealingKey {
    if (stampOf(statSync(this.path, { throwIfNoEntry: false })) !== this.#stamp) this.#load();
    return this.#keys.get(this.#primary)!;
  }

  get ids(): readonly string[] {
    return this.keys.map(({ id }) => id);
  }

  /** Oldest first, as the file has them now. */
  get keys(): readonly SealingKey[] {
    this.#load();
    return [...this.#keys.values()];
  }

  /** Another process may have rotated meanwhile, so an unknown id is looked for in the file once more. */
  key(id: string): SealingKey | undefined {
    if (!this.#keys.has(id) && ID.test(id)) this.#load();
    return this.#keys.get(id);
  }

  /** Adds a key that seals nothing yet. @returns its id. */
  add(): string {
    return this.#alone(() => {
      const key = newKey();
      this.#save(this.#primary, [...this.#keys.values(), key]);
      return key.id;
    });
  }

  /** Seals with a key that was added from now on; the others go on opening. */
  promote(id: string): void {
    this.#alone(() => this.#save(id, [...this.#keys.values()]));
  }

  /** Forgets keys that nothing is sealed under any more, and never the one that seals. @returns the ids that are gone. */
  retire(ids: readonly string[]): readonly string[] {
    return this.#alone(() => {
      const gone = [...this.#keys.keys()].filter((id) => id !== this.#primary && ids.includes(id));
      if (gone.length > 0)
        this.#save(
          this.#primary,
          [...this.#keys.values()].filter(({ id }) => !gone.includes(id)),
        );
      return gone;
    });
  }

  /** Of two changes at once the second would drop the first one's key, and what that key has sealed by then. */
  #alone<R>(change: () => R): R {
    const name = `${this.path}.lock`;
    try {
      let lock = takeOwnerLock(name);
      for (const begun = performance.now(); 'heldBy' in lock; ) {
        if (performance.now() - begun > LOCK_PATIENCE)
          throw new SextantError('SEXTANT_SECRETS_ROTATING', {
            what: `Another process changes the key file ${this.path}.`,
            why: `Process ${lock.heldBy.pid} on ${lock.heldBy.host} has held its lock since ${lock.heldBy.since}.`,
            fix: 'Wait until it is done, or end it.',
          });
        Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, 20); // the other's change takes milliseconds
        lock = takeOwnerLock(name);
      }
      try {
        this.#load();
        return change();
      } finally {
        lock.release();
      }
    } catch (error) {
      if (!READ_ONLY.has((error as { code?: string }).code ?? '')) throw error;
      throw new SextantError('SEXTANT_SECRETS_KEY_READ_ONLY', {
        what: `The key file ${this.path} cannot be changed by this process.`,
        why: `Its folder refuses it (${(error as { code?: string }).code}): it belongs to another account, or is mounted from elsewhere.`,
        fix: 'Run the command as the account that owns the folder. A file that is mounted is changed where it comes from, in the steps of docs/operations.md, "Rotating the key".',
      });
    }
  }

  #save(primary: string, keys: readonly SealingKey[]): void {
    replaceFile(this.path, fileOf(primary, keys), (part) => renameSync(part, this.path));
    this.#load();
  }

  /** @returns false when there is no file; what was read before stays. */
  #load(): boolean {
    let file: number;
    try {
      file = openSync(this.path, 'r');
    } catch (error) {
      if ((error as { code?: string }).code === 'ENOENT') return false;
      throw error;
    }
    let text: string;
    let stamp: string;
    try {
      const info = fstatSync(file);
      stamp = stampOf(info);
      const mode = info.mode & 0o777;
      if (process.platform !== 'win32' && (mode & 0o077) !== 0) {
        throw new SextantError('SEXTANT_SECRETS_KEY_MODE', {
          what: `The key file ${this.path} has the mode ${mode.toString(8).padStart(3, '0')}.`,
          why: 'Others than its owner may read or change it.',
          fix: `Run: chmod 600 ${this.path}. When somebody else may have read it, rotate the keys and renew the credentials.`,
        });
      }
      text = readFileSync(file, 'utf8');
    } finally {
      closeSync(file);
    }
    const { primary, keys } = this.#parse(text);
    this.#keys = new Map(keys.map((key) => [key.id, key]));
    this.#primary = primary;
    this.#stamp = stamp;
    return true;
  }

  #parse(text: string): { readonly primary: string; readonly keys: readonly SealingKey[] } {
    let file: KeyFile;
    try {
      file = JSON.parse(text) as KeyFile;
    } catch {
      throw this.#invalid('It is not JSON.'); // never the parser's message: it quotes the text
    }
    if (file?.version !== 1 || !Array.isArray(file.keys)) throw this.#invalid('It has another format.');
    const keys = file.keys.map((entry) => ({
      id: String(entry.id),
      bytes: Buffer.from(String(entry.key), 'base64'),
      createdAt: String(entry.createdAt),
    }));
    for (const { id, bytes } of keys) {
      if (!ID.test(id) || bytes.length !== KEY_BYTES)
        throw this.#invalid(`One of its keys has ${bytes.length} bytes instead of ${KEY_BYTES}, or a malformed id.`);
      // A file that a full disk or a copy tool filled with zeros would "encrypt" for everybody.
      if (bytes.every((byte) => byte === bytes[0])) throw this.#invalid(`The key "${id}" is one byte repeated.`);
    }
    if (!keys.some(({ id }) => id === file.primary)) throw this.#invalid('Its primary key is missing.');
    return { primary: file.primary, keys };
  }

  #invalid(why: string): SextantError {
    return new SextantError('SEXTANT_SECRETS_KEY_INVALID', {
      what: `The key file ${this.path} cannot be used.`,
      why,
      fix: 'Restore it from a backup; without it the stored credentials must be entered again.',
    });
  }
}

/** Tells one file of a name from the next; empty when there is none. */
const stampOf = (info: Stats | undefined): string => (info === undefined ? '' : `${info.ino}:${info.mtimeMs}:${info.size}`);

const ageOf = (path: string): number => {
  const info = statSync(path, { throwIfNoEntry: false });
  return info === undefined ? 0 : Date.now() - info.mtimeMs;
};

function newKey(): SealingKey {
  const bytes = randomBytes(KEY_BYTES);
  return { id: createHash('sha256').update(randomUUID()).digest('hex').slice(0, 12), bytes, createdAt: new Date().toISOString() };
}

const fileOf = (primary: string, keys: readonly SealingKey[]): string =>
  `${JSON.stringify({ version: 1, primary, keys: keys.map(({ id, bytes, createdAt }) => ({ id, key: bytes.toString('base64'), createdAt })) } satisfies KeyFile, null, 2)}\n`;

function replaceFile(path: string, text: string, place: (part: string) => void): void {
  const part = `${path}.part-${process.pid}-${randomBytes(4).toString('hex')}`;
  const file = openSync(part, 'wx', 0o600);
  try {
    writeFileSync(file, text);
    fsyncSync(file);
  } finally {
    closeSync(file);
  }
  place(part);
  const folder = openSync(dirname(path), 'r');
  try {
    fsyncSync(folder);
  } finally {
    closeSync(folder);
  }
}
