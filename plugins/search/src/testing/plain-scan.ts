/** A file as a plain scan sees it. */
export interface PlainFile {
  readonly repository: string;
  readonly path: string;
  readonly language: string | undefined;
  readonly content: string;
  readonly fork: boolean;
  readonly archived: boolean;
}

/** The numbers of the lines that show why a file fits; undefined: it does not. */
export type Scan = (file: PlainFile) => ReadonlySet<number> | undefined;

const NONE: ReadonlySet<number> = new Set();

/** An expression of JavaScript on each line of the content, and on the path; it shares nothing with the engine. */
export function regexp(source: string, { cased = false, inPath = true, inContent = true, flags = '' } = {}): Scan {
  const expression = new RegExp(source, `${cased ? '' : 'i'}${flags}`);
  return ({ path, content }) => {
    const lines = content.replace(/\n$/, '').split('\n');
    const hits = inContent && content !== '' ? lines.flatMap((line, i) => (expression.test(line) ? [i] : [])) : [];
    return hits.length > 0 || (inPath && expression.test(path)) ? new Set(hits) : undefined;
  };
}

const escaped = (text: string): string => text.replace(/[\\^$.*+?()[\]{}|/-]/g, '\\$&');

/** Text as it stands, in the content or the path. */
export const text = (value: string, options: Parameters<typeof regexp>[1] = {}): Scan => regexp(escaped(value), options);
export const inContent = (value: string): Scan => text(value, { inPath: false });
export const inPath = (value: string): Scan => text(value, { inContent: false });
export const cased = (value: string): Scan => text(value, { cased: true });

/** An expression that crosses lines, on the whole content. */
export function acrossLines(source: string): Scan {
  const expression = new RegExp(source, 'gim');
  return ({ content }) => {
    const lines = [...content.matchAll(expression)].flatMap((match) => {
      const first = content.slice(0, match.index).split('\n').length - 1;
      const more = match[0].replace(/\n$/, '').split('\n').length;
      return Array.from({ length: more }, (_, i) => first + i);
    });
    return lines.length > 0 ? new Set(lines) : undefined;
  };
}

export const all =
  (...scans: readonly Scan[]): Scan =>
  (file) => {
    const found = scans.map((scan) => scan(file));
    return found.includes(undefined) ? undefined : new Set(found.flatMap((lines) => [...(lines ?? NONE)]));
  };

/** Those that fit show their lines. */
export const any =
  (...scans: readonly Scan[]): Scan =>
  (file) => {
    const found = scans.map((scan) => scan(file)).filter((lines) => lines !== undefined);
    return found.length === 0 ? undefined : new Set(found.flatMap((lines) => [...lines]));
  };

const filter =
  (fits: (file: PlainFile) => boolean): Scan =>
  (file) =>
    fits(file) ? NONE : undefined;

export const not = (scan: Scan): Scan => filter((file) => scan(file) === undefined);
export const file = (expression: RegExp): Scan => filter(({ path }) => expression.test(path));
export const repo = (expression: RegExp): Scan => filter(({ repository }) => expression.test(repository));
export const lang = (...names: readonly string[]): Scan => filter(({ language }) => language !== undefined && names.includes(language));
export const holding = (expression: RegExp): Scan => filter(({ content }) => content.split('\n').some((line) => expression.test(line)));
export const nothing: Scan = () => undefined;
