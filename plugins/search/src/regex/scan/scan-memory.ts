import { FIND_LITERAL } from './find-literal.wasm.js';

/** Bytes of one text, and of what goes with it. */
const TEXT_BYTES = 256;
/** Texts that are at hand at a time; the module's first page. */
const TEXTS = 64;
const PAGE = 65_536;
/** The search reads so far behind the end. */
const OVERHANG = 16;

/** Bytes of source code without regard to case, the most frequent first; others are rarer. */
const FREQUENT = ` etarisoncl\nduphfmgb.,*)(y_v/;=x:\tw0k"-}{q12'>z3j45[]9687`;

type Find = (at: number, end: number, text: number, masks: number, length: number, one: number, other: number) => number;

interface Memory {
  readonly buffer: ArrayBuffer;
}
/** What is used here of the global, which the types of Node.js leave to those of browsers. */
declare const WebAssembly: {
  readonly Module: new (bytes: Uint8Array) => object;
  readonly Memory: new (pages: { readonly initial: number; readonly maximum: number }) => Memory;
  readonly Instance: new (
    module: object,
    imports: { readonly scan: { readonly memory: Memory } },
  ) => { readonly exports: { readonly find: Find } };
};

let compiled: object | undefined;

/** A text that is looked for; letters are in lower case where either case is meant. */
export class ScannedText {
  readonly masks: Uint8Array;
  /** Places of its two rarest bytes. */
  readonly rarest: readonly [number, number];

  constructor(
    readonly bytes: Uint8Array,
    eitherCase: boolean,
  ) {
    this.masks = bytes.map((byte) => (eitherCase && byte >= 0x61 && byte <= 0x7a ? 0x20 : 0));
    const [one = 0, other = one] = [...bytes.keys()].sort((a, b) => frequencyOf(bytes[a]!) - frequencyOf(bytes[b]!) || a - b);
    this.rarest = [one, other];
  }

  static fits(length: number): boolean {
    return length > 0 && length <= TEXT_BYTES;
  }
}

/** Higher: more frequent. */
function frequencyOf(byte: number): number {
  const rank = FREQUENT.indexOf(String.fromCharCode(byte >= 0x41 && byte <= 0x5a ? byte | 0x20 : byte));
  return rank < 0 ? 0 : FREQUENT.length - rank;
}

const byBuffer = new WeakMap<ArrayBufferLike, ScanMemory>();

/** Memory whose bytes are searched several times faster than others: by a small WebAssembly module, which can only see such memory. */
export class ScanMemory {
  readonly #find: Find;
  readonly #bytes: Uint8Array;
  /** The texts that are at hand, by place; the oldest makes room. */
  readonly #texts: (ScannedText | undefined)[] = new Array(TEXTS).fill(undefined);
  readonly #places = new WeakMap<ScannedText, number>();
  #next = 0;

  private constructor(memory: Memory, module: object) {
    this.#find = new WebAssembly.Instance(module, { scan: { memory } }).exports.find;
    this.#bytes = new Uint8Array(memory.buffer);
    byBuffer.set(memory.buffer, this);
  }

  /** So many bytes of it; ordinary ones where there is none: a system may refuse the address space that it takes. */
  static allocate(size: number): Buffer {
    try {
      compiled ??= new WebAssembly.Module(Buffer.from(FIND_LITERAL, 'base64'));
      const pages = 1 + Math.ceil((size + OVERHANG) / PAGE);
      const memory = new WebAssembly.Memory({ initial: pages, maximum: pages });
      new ScanMemory(memory, compiled);
      return Buffer.from(memory.buffer, PAGE, size);
    } catch {
      return Buffer.allocUnsafeSlow(size);
    }
  }

  /** That which some bytes are in, if any. */
  static of(bytes: Uint8Array): ScanMemory | undefined {
    return byBuffer.get(bytes.buffer);
  }

  /** The first place in `bytes`, which are in this memory, at or after `from` at which the text lies whole before `end`, or -1. */
  find(bytes: Uint8Array, text: ScannedText, from: number, end: number): number {
    const at = this.#placeOf(text);
    const { byteOffset } = bytes;
    const [one, other] = text.rarest;
    const found = this.#find(byteOffset + from, byteOffset + end, at, at + TEXT_BYTES, text.bytes.length, one, other);
    return found < 0 ? -1 : found - byteOffset;
  }

  #placeOf(text: ScannedText): number {
    const known = this.#places.get(text);
    if (known !== undefined && this.#texts[known] === text) return known * 2 * TEXT_BYTES;
    const place = this.#next;
    this.#next = (place + 1) % TEXTS;
    this.#texts[place] = text;
    this.#places.set(text, place);
    const at = place * 2 * TEXT_BYTES;
    this.#bytes.set(text.bytes, at);
    this.#bytes.set(text.masks, at + TEXT_BYTES);
    return at;
  }
}
