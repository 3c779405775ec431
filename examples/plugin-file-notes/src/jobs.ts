import { defineJob, z } from '@sextant/sdk';

/** Deletes notes of repositories that are gone. */
export const sweepNotes = defineJob('file-notes.sweep-notes', { payload: z.object({}) });
