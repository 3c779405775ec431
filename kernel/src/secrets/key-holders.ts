import { randomUUID } from 'node:crypto';
import { setTimeout as pause } from 'node:timers/promises';
import { defineEvent, type Events, z } from '@sextant/sdk';
import type { KeyRing } from './key-ring.js';

const asked = defineEvent('core.key-asked@1', z.object({ question: z.string(), id: z.string() }));
const answered = defineEvent('core.key-answered@1', z.object({ question: z.string(), instance: z.string(), has: z.boolean() }));

/** Running processes by their names, as they answered whether their key file holds a key. */
export interface KeyHolders {
  readonly holding: readonly string[];
  readonly lacking: readonly string[];
}

/** Tells whoever asks whether this process's key file holds a key. */
export function answerForKeys(events: Events, ring: Pick<KeyRing, 'key'>, instance: string): Disposable {
  return events.subscribe(asked, ({ question, id }) => events.publish(answered, { question, instance, has: ring.key(id) !== undefined }));
}

/** Asks every running process whether its key file holds a key, and listens for `patience` milliseconds: nobody knows how many there are. */
export async function askForKey(events: Events, id: string, patience: number, signal: AbortSignal): Promise<KeyHolders> {
  const question = randomUUID();
  const heard = new Map<string, boolean>();
  using _listening = events.subscribe(answered, (answer) => {
    if (answer.question === question) heard.set(answer.instance, answer.has);
  });
  await events.publish(asked, { question, id });
  await pause(patience, undefined, { signal });
  const that = (has: boolean): readonly string[] => [...heard].filter(([, answer]) => answer === has).map(([instance]) => instance);
  return { holding: that(true), lacking: that(false) };
}
