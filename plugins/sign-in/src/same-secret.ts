import { createHash, timingSafeEqual } from 'node:crypto';

/** In a time that says nothing of where they differ, nor of how long the secret is. */
export const isSameSecret = (presented: string, secret: string): boolean => timingSafeEqual(digest(presented), digest(secret));

const digest = (text: string): Buffer => createHash('sha256').update(text).digest();
