import { z } from 'zod';

const DURATION = /^(\d+(?:\.\d+)?)(ms|s|m|h|d)$/;
const MS = { ms: 1, s: 1000, m: 60_000, h: 3_600_000, d: 86_400_000 } as const;
const BYTES = /^(\d+(?:\.\d+)?)(B|KB|MB|GB|KiB|MiB|GiB)$/i;
const SIZE: Readonly<Record<string, number>> = { b: 1, kb: 1e3, mb: 1e6, gb: 1e9, kib: 1024, mib: 1024 ** 2, gib: 1024 ** 3 };

/** Milliseconds of `250ms`, `10s`, `5m`, `2h`, `7d`; undefined when it is none of them. */
export function parseDuration(text: string): number | undefined {
  const match = DURATION.exec(text.trim());
  return match ? Math.round(Number(match[1]) * MS[match[2] as keyof typeof MS]) : undefined;
}

/** A duration in configuration: text with a unit. The parsed value is milliseconds; a default as text is `duration().prefault('5m')`. */
export const duration = () =>
  z.union([z.string(), z.number()]).transform((value, ctx) => {
    const ms = typeof value === 'number' ? value : parseDuration(value);
    if (ms === undefined || !(ms >= 0)) {
      ctx.addIssue({
        code: 'custom',
        message: `"${value}" is not a duration: write a number and a unit, such as 250ms, 10s, 5m, 2h or 7d`,
      });
      return z.NEVER;
    }
    return ms;
  });

/** A size in configuration: text with a unit. The parsed value is bytes; a default as text is `bytes().prefault('1MiB')`. */
export const bytes = () =>
  z.union([z.string(), z.number()]).transform((value, ctx) => {
    const match = typeof value === 'string' ? BYTES.exec(value.trim()) : undefined;
    const size =
      typeof value === 'number'
        ? value
        : match
          ? Math.round(Number(match[1]) * (SIZE[match[2]?.toLowerCase() ?? ''] ?? Number.NaN))
          : Number.NaN;
    if (!(size >= 0)) {
      ctx.addIssue({ code: 'custom', message: `"${value}" is not a size: write a number and a unit, such as 512KiB, 10MB or 2GiB` });
      return z.NEVER;
    }
    return size;
  });
