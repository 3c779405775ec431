const UNITS = [
  [86_400_000, 'd'],
  [3_600_000, 'h'],
  [60_000, 'm'],
  [1_000, 's'],
] as const;

/** A time of an answer as people read it beside others: how far away, and when. Empty for none. */
export function whenInWords(time: string | null, now: Date): string {
  if (time === null) return '';
  const at = new Date(time);
  const distance = Math.abs(at.getTime() - now.getTime());
  const [size, unit] = UNITS.find(([length]) => distance >= length) ?? [1_000, 's'];
  const away = `${Math.floor(distance / size)} ${unit}`;
  return `${at.toISOString().slice(0, 19)}Z (${at <= now ? `${away} ago` : `in ${away}`})`;
}
