import { createHash } from 'node:crypto';
import { join } from 'node:path';
import type { RepoName } from '@sextant/sdk';

const MAX_SEGMENT = 200;

/**
 * Where a repository's mirror lies below the root. Two names never share a path, also on a file system that folds case:
 * capitals are written `!x`, whatever is neither a letter, digit, `.`, `_` nor `-` is percent-encoded, so is a leading dot
 * (those names are ours), and a folder on the way to a mirror never ends in `.git`, so that `a` cannot hold `a/b`.
 */
export function mirrorPath(root: string, name: RepoName): string {
  const segments = name.split('/');
  const last = segments.length - 1;
  return join(root, ...segments.map((segment, i) => (i === last ? `${encodeSegment(segment)}.git` : encodeFolder(segment))));
}

function encodeFolder(segment: string): string {
  const encoded = encodeSegment(segment);
  return encoded.endsWith('.git') ? `${encoded.slice(0, -4)}%2egit` : encoded;
}

function encodeSegment(segment: string): string {
  const encoded = segment
    .replace(/[^a-z0-9._-]/gu, (c) => (c >= 'A' && c <= 'Z' ? `!${c.toLowerCase()}` : percent(c)))
    .replace(/^\./, '%2e');
  // Longer than file systems allow; `~` begins no other segment.
  return encoded.length > MAX_SEGMENT ? `~${createHash('sha256').update(segment).digest('hex')}` : encoded;
}

const percent = (c: string): string => [...Buffer.from(c)].map((byte) => `%${byte.toString(16).padStart(2, '0')}`).join('');
