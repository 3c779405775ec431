import { CommitOid } from '@sextant/sdk';
import type { Commit, Signature } from '../api.js';

const SIGNATURE = /^(.*?) ?<([^>]*)>(?: (-?\d+) ([+-]\d{4}))?/;

/** A commit object as git stores it. Headers it does not know (signatures, merge tags) are passed over. */
export function parseCommit(oid: CommitOid, content: Buffer): Commit {
  const end = content.indexOf('\n\n');
  const head = content.subarray(0, end === -1 ? content.length : end);
  const decode = decoderOf(head.toString('latin1'));
  const parents: CommitOid[] = [];
  let author = NOBODY;
  let committer = NOBODY;
  for (const line of decode(head).split('\n')) {
    if (line.startsWith('parent ')) parents.push(CommitOid.parse(line.slice(7)));
    else if (line.startsWith('author ')) author = parseSignature(line.slice(7));
    else if (line.startsWith('committer ')) committer = parseSignature(line.slice(10));
  }
  return { oid, parents, author, committer, message: end === -1 ? '' : decode(content.subarray(end + 2)) };
}

const NOBODY: Signature = { name: '', email: '', date: new Date(0).toISOString() };

export function parseSignature(text: string): Signature {
  const match = SIGNATURE.exec(text);
  if (!match) return { ...NOBODY, name: text };
  return { name: match[1]!, email: match[2]!, date: isoDate(Number(match[3] ?? 0), match[4] ?? '+0000') };
}

/** The moment in its own zone: `2024-02-03T04:05:06+02:00`. Nonsense becomes the epoch rather than an error. */
export function isoDate(seconds: number, zone: string): string {
  const minutes = (zone.startsWith('-') ? -1 : 1) * (Number(zone.slice(1, 3)) * 60 + Number(zone.slice(3, 5)));
  const local = new Date((seconds + minutes * 60) * 1000);
  if (Number.isNaN(local.getTime()) || local.getUTCFullYear() > 9999 || local.getUTCFullYear() < 0) return NOBODY.date;
  return minutes === 0
    ? `${local.toISOString().slice(0, 19)}Z`
    : `${local.toISOString().slice(0, 19)}${zone.slice(0, 3)}:${zone.slice(3, 5)}`;
}

function decoderOf(head: string): (bytes: Buffer) => string {
  const encoding = /^encoding (.+)$/m.exec(head)?.[1];
  if (encoding) {
    try {
      const decoder = new TextDecoder(encoding);
      return (bytes) => decoder.decode(bytes);
    } catch {
      // An encoding nobody knows: read it as what most are.
    }
  }
  return (bytes) => bytes.toString('utf8');
}
