import { Writable } from 'node:stream';

/** What drives a terminal, ends a line for some readers, or turns the direction of a text, and that JSON leaves as it is. Callers write it into headers and names. */
const HIDDEN = /[\u007f-\u009f\u200e\u200f\u2028-\u202e\u2066-\u2069]/g;

/** The same JSON, with nothing in it that whoever prints it has to fear. */
const inert = (line: string): string => line.replace(HIDDEN, (one) => `\\u${one.charCodeAt(0).toString(16).padStart(4, '0')}`);

/** Lines that are written to it go to `destination`, inert, and at once: what is written before a crash is there. */
export const inertLines = (destination: NodeJS.WritableStream): Writable =>
  new Writable({
    decodeStrings: false,
    write: (chunk: string | Uint8Array, _encoding, done) => {
      destination.write(inert(typeof chunk === 'string' ? chunk : Buffer.from(chunk).toString()));
      done();
    },
  });
