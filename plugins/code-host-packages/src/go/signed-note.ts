import { createHash, createPublicKey, type KeyObject, verify } from 'node:crypto';

/** Who signs, as `name+hash+key` is read. */
export interface Verifier {
  readonly name: string;
  /** First four bytes of the hash of name and key, by which a signature tells its key. */
  readonly hash: Buffer;
  readonly key: KeyObject;
}

const ED25519 = 1;

/** @returns undefined for what is no key of an Ed25519 signer, written `name+hash+base64`. */
export function verifierOf(text: string): Verifier | undefined {
  const [, name = '', hash = '', encoded = ''] = /^([^\s+]+)\+([0-9a-f]{8})\+([A-Za-z0-9+/]+=*)$/.exec(text) ?? [];
  const data = Buffer.from(encoded, 'base64');
  if (data.length !== 33 || data[0] !== ED25519) return undefined;
  const own = createHash('sha256').update(`${name}\n`).update(data).digest().subarray(0, 4);
  if (own.toString('hex') !== hash) return undefined;
  const key = createPublicKey({ key: { kty: 'OKP', crv: 'Ed25519', x: data.subarray(1).toString('base64url') }, format: 'jwk' });
  return { name, hash: own, key };
}

/**
 * The text of a signed note: lines, an empty one, and lines of signatures, each a dash, the signer's name and base64.
 * @returns undefined where the signer has not signed it
 */
export function signedText(note: string, { name, hash, key }: Verifier): string | undefined {
  const end = note.lastIndexOf('\n\n');
  if (end < 0) return undefined;
  const text = note.slice(0, end + 1);
  const signed = note
    .slice(end + 2)
    .split('\n')
    .some((line) => {
      const [dash, signer, encoded = ''] = line.split(' ');
      if (dash !== '\u2014' || signer !== name) return false;
      const data = Buffer.from(encoded, 'base64');
      return data.subarray(0, 4).equals(hash) && verify(null, Buffer.from(text), key, data.subarray(4));
    });
  return signed ? text : undefined;
}
