import { createHash } from 'node:crypto';

/** What is kept of something unguessable: it is random and long, so a slow hash would add nothing but time. */
export const tokenHash = (text: string): Buffer => createHash('sha256').update(text).digest();
