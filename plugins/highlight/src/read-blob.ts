import type { Git, GitEntryParent } from '@sextant/plugin-git/api';
import { SextantError } from '@sextant/sdk';
import { BinaryFile, FileTooLarge } from './highlight-errors.js';

/** What is shown as lines at all, in bytes. */
const MAX_SIZE = 32 * 1024 ** 2;
const SNIFFED = 8_000;

/** The text of a file and the id of its blob. @throws SEXTANT_HIGHLIGHT_BINARY, SEXTANT_HIGHLIGHT_TOO_LARGE */
export async function readBlob(
  git: Git,
  parent: GitEntryParent,
  signal: AbortSignal,
): Promise<{ readonly blob: string; readonly text: string }> {
  const at = { repository: parent.repository.name, oid: parent.oid, path: parent.path, signal };
  const entry = parent.entry ?? (await git.entry(at));
  if (!entry) throw new SextantError('SEXTANT_GIT_PATH_NOT_FOUND', { what: `"${parent.path}" does not exist at ${parent.oid}.` });
  if ((entry.size ?? 0) > MAX_SIZE) throw tooLarge(parent.path);
  const parts: Uint8Array[] = [];
  let size = 0;
  for await (const part of git.blob(at)) {
    size += part.length;
    if (size > MAX_SIZE) throw tooLarge(parent.path);
    parts.push(part);
  }
  const content = Buffer.concat(parts);
  if (content.subarray(0, SNIFFED).includes(0))
    throw new BinaryFile({
      what: `"${parent.path}" is a binary file.`,
      why: 'There is a NUL near its start.',
    });
  return { blob: entry.oid, text: content.toString('utf8') };
}

const tooLarge = (path: string) => new FileTooLarge({ what: `"${path}" has more than ${MAX_SIZE} bytes.` });
