import { SextantError } from '@sextant/sdk';
import { escaped } from './escaped.js';
import { FULL_TILE, leafHash, rootWith, tileBytes, tilePath } from './hash-tree.js';
import { signedText, verifierOf } from './signed-note.js';

/** A database of checksums of modules, as a connection names it. */
export interface SumDatabaseAddress {
  /** Who signs: `name+hash+key`. */
  readonly key: string;
  /** Where it is asked, with a slash at the end. */
  readonly url: string;
  /** Where a proxy may pass it on, which comes first if it does. */
  readonly proxy?: string | undefined;
}

/** @returns undefined for what is not there, by status 404 or 410. @throws what else went wrong */
export type Ask = (url: string) => Promise<Buffer | undefined>;

const RECORD = /^(\d+)\n([^\n]+\n[^\n]+\n)\n/;
const TREE = /^go\.sum database tree\n(\d+)\n([A-Za-z0-9+/]{43}=)\n/;
/** More records than any tree has, and few enough that every number here is exact. */
const MOST = 2 ** 45;

/** Asks what the checksum of a module is, and believes it when it is proven to be in the tree that the database has signed. */
export class SumDatabase {
  readonly #tiles = new Map<string, Promise<Buffer>>();
  #at: Promise<string> | undefined;

  constructor(
    private readonly address: SumDatabaseAddress,
    private readonly ask: Ask,
  ) {}

  /**
   * @returns the checksum of the zip of a version, as `h1:…`; undefined where the database does not know it
   * @throws SEXTANT_PACKAGES_SUMDB for an answer that proves nothing
   */
  async checksum(module: string, version: string): Promise<string | undefined> {
    this.#at ??= this.#place();
    const url = await this.#at;
    const answer = await this.ask(`${url}lookup/${escaped(module)}@${escaped(version)}`);
    return answer && (await this.#proven(url, answer.toString(), `${module} ${version} `));
  }

  async #place(): Promise<string> {
    const { url, proxy } = this.address;
    // A proxy that knows nothing of databases may say so in any way.
    const supported = proxy === undefined ? undefined : await this.ask(`${proxy}supported`).catch(() => undefined);
    return supported === undefined || proxy === undefined ? url : proxy;
  }

  async #proven(url: string, answer: string, wanted: string): Promise<string> {
    const [head = '', number, record = ''] = RECORD.exec(answer) ?? [];
    const verifier = verifierOf(this.address.key);
    const text = verifier && signedText(answer.slice(head.length), verifier);
    if (text === undefined) throw this.#unproven('Its answer is not signed by the key of the connection.');
    const [, size, root] = TREE.exec(text) ?? [];
    const [index, count] = [Number(number), Number(size)];
    if (root === undefined || !(index < count && count < MOST)) throw this.#unproven('What it signed is no tree that has the record.');
    const line = record.split('\n').find((one) => one.startsWith(wanted));
    if (line === undefined) throw this.#unproven('It answered with the record of another module.');
    const found = await rootWith(leafHash(record), index, count, (...tile) => this.#tile(url, ...tile));
    if (found.toString('base64') !== root) throw this.#unproven('Its record is not in the tree that it signed.');
    return line.slice(wanted.length);
  }

  #tile(url: string, level: number, index: number, width: number): Promise<Buffer> {
    const path = `${url}${tilePath(level, index, width)}`;
    let tile = this.#tiles.get(path);
    if (!tile) {
      tile = this.#read(url, level, index, width);
      this.#tiles.set(path, tile);
      tile.catch(() => this.#tiles.delete(path));
    }
    return tile;
  }

  async #read(url: string, level: number, index: number, width: number): Promise<Buffer> {
    // One that has become full meanwhile may be there as such alone.
    const data =
      (await this.ask(`${url}${tilePath(level, index, width)}`)) ?? (await this.ask(`${url}${tilePath(level, index, FULL_TILE)}`));
    if (data === undefined || data.length < tileBytes(width)) throw this.#unproven('It lacks a part of its tree.');
    return data.subarray(0, tileBytes(width));
  }

  #unproven(why: string): SextantError {
    return new SextantError('SEXTANT_PACKAGES_SUMDB', {
      what: `The checksum database ${this.address.key.split('+')[0]} gave an answer that proves nothing.`,
      why,
      fix: 'Check "sumdb" in the connection; if its key and address are right, somebody on the way changes answers.',
    });
  }
}
