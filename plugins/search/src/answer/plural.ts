/** A count in words: `1 file`, `1,200 files`. */
export const plural = (count: number, one: string, many: string): string => `${count.toLocaleString('en')} ${count === 1 ? one : many}`;
