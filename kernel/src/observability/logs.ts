import type { Logger } from '@sextant/sdk';
import { SextantError } from '@sextant/sdk';
import { type Logger as Pino, pino } from 'pino';
import pretty from 'pino-pretty';
import { currentEntry } from '../boundary/boundary.js';
import { shown } from '../lifecycle/value-problems.js';
import { inertLines } from './inert-lines.js';
import { presentSpan } from './present-span.js';
import { redactSecrets } from './redact-secrets.js';

export interface LogOptions {
  readonly level: 'debug' | 'info' | 'warn' | 'error' | 'silent';
  /** `auto`: pretty on a terminal, JSON lines elsewhere. */
  readonly format: 'auto' | 'pretty' | 'json';
  /** Default: standard error, so that standard output carries only what was asked for. */
  readonly destination?: NodeJS.WritableStream;
  /** Whether audit lines, which have a field `audit`, are written whatever the level is, `silent` excepted. Default true. */
  readonly auditAlways?: boolean;
}

/** The logs of one process. Every line passes through one redaction. */
export class Logs {
  readonly #root: Pino;
  readonly #audit: Pino;

  constructor(options: LogOptions) {
    const stream = options.destination ?? process.stderr;
    const isPretty = options.format === 'pretty' || (options.format === 'auto' && (stream as NodeJS.WriteStream).isTTY === true);
    const lines = inertLines(stream);
    const target = isPretty
      ? pretty({
          colorize: true,
          ignore: 'pid,hostname',
          translateTime: 'SYS:HH:MM:ss.l',
          singleLine: true,
          destination: lines,
          sync: true,
        })
      : lines;
    this.#root = pino(
      {
        level: options.level,
        base: {},
        timestamp: pino.stdTimeFunctions.isoTime,
        messageKey: 'message',
        formatters: { level: (label) => ({ level: label }) },
      },
      target,
    );
    this.#audit = options.auditAlways === false ? this.#root : this.#root.child({});
    if (options.auditAlways !== false && options.level !== 'silent') this.#audit.level = 'info';
  }

  of(plugin: string): Logger {
    return wrap(this.#root, this.#audit, { plugin });
  }

  /** From now on, for all loggers that were ever handed out. */
  setLevel(level: LogOptions['level']): void {
    this.#root.level = level;
  }
}

/** Characters of one text in a line. */
const LONGEST_TEXT = 32_768;

/** One object a line, so that no key stands in it twice: a field of the caller wins over one that was bound. */
function wrap(general: Pino, audit: Pino, bound: Readonly<Record<string, unknown>>): Logger {
  const write = (level: 'debug' | 'info' | 'warn' | 'error') => (message: unknown, fields?: object) => {
    // An auditor must find the line whatever level was chosen for the rest.
    const root = fields !== undefined && 'audit' in fields ? audit : general;
    if (!root.isLevelEnabled(level)) return;
    const span = presentSpan()?.context;
    const entry = currentEntry();
    root[level](
      {
        ...bound,
        ...(entry ? { entry: `${entry.kind} ${entry.name}` } : {}),
        ...(span ? { trace_id: span.traceId, span_id: span.spanId } : {}),
        ...(fields ? plain(fields) : {}),
      },
      // A plugin in plain JavaScript may log anything; a log never throws.
      redactSecrets(bounded(typeof message === 'string' ? message : message instanceof Error ? message.message : shown(message))),
    );
  };
  return {
    debug: write('debug'),
    info: write('info'),
    warn: write('warn'),
    error: write('error'),
    child: (fields) => wrap(general, audit, { ...bound, ...plain(fields) }),
  };
}

/** A line is for people and their collectors, which give up on megabytes. */
const bounded = (text: string): string =>
  text.length > LONGEST_TEXT ? `${text.slice(0, LONGEST_TEXT)}… (${text.length} characters)` : text;

/** Errors become plain objects with their causes, texts lose what looks like a credential. */
function plain(value: object, depth = 0): Record<string, unknown> {
  const out: Record<string, unknown> = {};
  for (const [key, field] of Object.entries(value)) out[key] = plainValue(field, depth);
  return out;
}

function plainValue(value: unknown, depth: number): unknown {
  if (typeof value === 'string') return redactSecrets(bounded(value));
  if (typeof value === 'bigint') return value.toString();
  if (value instanceof Error) {
    return {
      name: value.name,
      ...(SextantError.is(value) ? { code: value.code } : {}),
      message: redactSecrets(value.message),
      ...(SextantError.is(value) && value.status < 500 ? {} : { stack: redactSecrets(value.stack ?? '') }),
      ...(value.cause !== undefined && depth < 4 ? { cause: plainValue(value.cause, depth + 1) } : {}),
    };
  }
  if (Array.isArray(value)) return depth > 4 ? '[…]' : value.slice(0, 100).map((v) => plainValue(v, depth + 1));
  if (typeof value === 'object' && value !== null) {
    if (typeof (value as { toJSON?: unknown }).toJSON === 'function') return (value as { toJSON(): unknown }).toJSON();
    return depth > 4 ? '{…}' : plain(value, depth + 1);
  }
  return value;
}
