import { declareErrors, SextantError } from '@sextant/sdk';

export const remoteErrors = declareErrors({
  SEXTANT_REMOTE_UNREACHABLE: {
    status: 503,
    summary: 'Another Sextant process does not answer.',
    fix: 'See that the process runs, that its address under `remotes` is right, and that its certificate is signed by our authority.',
  },
  SEXTANT_REMOTE_UNKNOWN: {
    status: 502,
    summary: 'Another Sextant process does not have the service that was asked of it.',
    fix: 'Give that process the role of the service, and the same version of the plugin.',
  },
  SEXTANT_REMOTE_PLUGIN_OFF: {
    status: 503,
    summary: 'The plugin whose service was asked of another Sextant process does not run there.',
    fix: 'Enable it (`sextant plugin enable`), or mend what it failed of: `sextant plugin list` shows where it runs.',
  },
  SEXTANT_REMOTE_ADDRESS: {
    status: 500,
    summary: 'The address of a Sextant process is malformed.',
    fix: 'Write http://host:port, https://host:port or unix:/path/to/socket.',
  },
});

/** Marks an answer that is a WireError, beside the library's own errors. */
export const WIRE_ERROR = 'x-sextant-error';

/** How an error crosses: everything a person was meant to see, nothing else. */
export interface WireError {
  readonly code: string;
  readonly what: string;
  readonly why?: string;
  readonly fix?: string;
  readonly details?: Readonly<Record<string, unknown>>;
}

export function toWire(error: unknown): WireError {
  if (SextantError.is(error))
    return {
      code: error.code,
      what: error.what,
      ...(error.why ? { why: error.why } : {}),
      ...(error.fix ? { fix: error.fix } : {}),
      details: error.details,
    };
  return { code: 'SEXTANT_INTERNAL', what: 'Another Sextant process failed.', why: 'The cause is in its log.' };
}

export function fromWire(wire: WireError): SextantError {
  const { code, ...text } = wire;
  return new SextantError(code, text);
}

export const isWireError = (value: unknown): value is WireError =>
  typeof value === 'object' &&
  value !== null &&
  typeof (value as WireError).code === 'string' &&
  typeof (value as WireError).what === 'string';
