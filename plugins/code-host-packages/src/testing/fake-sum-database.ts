import { createHash, generateKeyPairSync, sign } from 'node:crypto';

export interface FakeRecord {
  readonly path: string;
  readonly version: string;
  /** `h1:…` of its zip. */
  readonly sum: string;
}

const hash = (...parts: readonly (string | Buffer)[]): Buffer => {
  const all = createHash('sha256');
  for (const part of parts) all.update(part);
  return all.digest();
};
/** RFC 6962: the hash at the top of these. */
const top = (hashes: readonly Buffer[]): Buffer => {
  if (hashes.length === 1) return hashes[0]!;
  let middle = 1;
  while (middle * 2 < hashes.length) middle *= 2;
  return hash('\x01', top(hashes.slice(0, middle)), top(hashes.slice(middle)));
};

/** A fake of a checksum database of Go modules: records, a tree over them in tiles, and a signature of its top. */
export class FakeSumDatabase {
  readonly name = 'sums.example.com';
  /** As a connection has it. */
  readonly key: string;
  /** Paths that were asked for, below the database. */
  readonly asked: string[] = [];
  /** Changes an answer on its way. */
  tamper: (path: string, answer: string | Buffer) => string | Buffer | undefined = (_path, answer) => answer;
  /** Tiles that have become full are there as such alone. */
  dropsPartialTiles = false;
  readonly #sign: (text: string) => string;
  readonly #leaves: readonly Buffer[];

  /** @param size of the tree; the records are its last, behind others that nobody asks for */
  constructor(
    readonly records: readonly FakeRecord[],
    private readonly size = records.length,
  ) {
    const { publicKey, privateKey } = generateKeyPairSync('ed25519');
    const data = Buffer.concat([Buffer.from([1]), Buffer.from(publicKey.export({ format: 'jwk' }).x!, 'base64url')]);
    const id = hash(`${this.name}\n`, data).subarray(0, 4);
    this.key = `${this.name}+${id.toString('hex')}+${data.toString('base64')}`;
    const before = Array.from({ length: size - records.length }, (_, at) => `filler ${at}\n`);
    this.#leaves = [...before, ...records.map(recordText)].map((data) => hash('\0', data));
    this.#sign = (text) => Buffer.concat([id, sign(null, Buffer.from(text), privateKey)]).toString('base64');
  }

  answer(path: string): string | Buffer | undefined {
    this.asked.push(path);
    const answer = this.#answer(path);
    return answer === undefined ? undefined : this.tamper(path, answer);
  }

  #answer(path: string): string | Buffer | undefined {
    if (path === 'supported') return '';
    const [, module, version] = /^lookup\/(.+)@(.+)$/.exec(path) ?? [];
    if (module !== undefined) return this.#lookup(unescaped(module), unescaped(version ?? ''));
    const [, level, number, width] = /^tile\/8\/(\d+)\/((?:x\d{3}\/)*\d{3})(?:\.p\/(\d+))?$/.exec(path) ?? [];
    return number === undefined ? undefined : this.#tile(Number(level), Number(number.replace(/[x/]/g, '')), width);
  }

  #lookup(path: string, version: string): string | undefined {
    const at = this.records.findIndex((one) => one.path === path && one.version === version);
    if (at < 0) return undefined;
    const tree = `go.sum database tree\n${this.size}\n${top(this.#leaves).toString('base64')}\n`;
    const number = this.size - this.records.length + at;
    return `${number}\n${recordText(this.records[at]!)}\n${tree}\n\u2014 ${this.name} ${this.#sign(tree)}\n`;
  }

  #tile(level: number, number: number, width: string | undefined): Buffer | undefined {
    let hashes = this.#leaves;
    // Of each level up, only hashes over so many as they are to be over.
    for (let at = 0; at < level; at++)
      hashes = Array.from({ length: Math.floor(hashes.length / 256) }, (_, i) => top(hashes.slice(i * 256, (i + 1) * 256)));
    const there = hashes.slice(number * 256, (number + 1) * 256);
    if (width === undefined) return there.length === 256 ? Buffer.concat(there) : undefined;
    if (there.length < Number(width) || (this.dropsPartialTiles && there.length === 256)) return undefined;
    return Buffer.concat(there.slice(0, Number(width)));
  }
}

const recordText = ({ path, version, sum }: FakeRecord): string => `${path} ${version} ${sum}\n${path} ${version}/go.mod h1:x=\n`;
const unescaped = (text: string): string => text.replace(/!([a-z])/g, (_, letter: string) => letter.toUpperCase());
