/** With a full stop where nothing else ends it: another sentence follows. */
export const ended = (text: string): string => (/[.!?:]\s*$/.test(text) ? text.trimEnd() : `${text.trimEnd()}.`);

/** Words of ours as a sentence. Those of others may begin with the name of something, which keeps its letters. */
export const sentence = (words: string): string => ended(`${words.slice(0, 1).toUpperCase()}${words.slice(1)}`);

/** A number of things, in words: `1 value`, `2 values`. */
export const counted = (count: number, one: string, several = `${one}s`): string => `${count} ${count === 1 ? one : several}`;

/** What was thrown, as a sentence. */
export const thrownWords = (error: unknown): string => ended(error instanceof Error ? error.message : String(error));
