import { createHash, randomBytes } from 'node:crypto';

const FORM = /^[A-Za-z0-9_-]{43}$/;

/** 256 random bits that stand for something, as text. */
export const newUnguessable = (): string => randomBytes(32).toString('base64url');

/** What of it is stored: it cannot be guessed, so that nothing slower is needed. Undefined for a text that is none. */
export const hashOf = (text: string): Buffer | undefined => (FORM.test(text) ? createHash('sha256').update(text).digest() : undefined);
