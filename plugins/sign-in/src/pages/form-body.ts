import { type RouteRequest, Secret, SextantError } from '@sextant/sdk';

/** What a page's form or a program's JSON says. */
export class FormBody {
  private constructor(
    private readonly values: ReadonlyMap<string, string>,
    /** A program asks, which is answered in JSON. */
    readonly json: boolean,
  ) {}

  static async read(request: RouteRequest): Promise<FormBody> {
    const type = (request.headers['content-type'] ?? '').split(';', 1)[0]?.trim().toLowerCase();
    if (type === 'application/x-www-form-urlencoded')
      return new FormBody(new Map(new URLSearchParams((await request.bytes()).toString('utf8'))), false);
    const value = await request.json();
    const entries = typeof value === 'object' && value !== null ? Object.entries(value) : [];
    return new FormBody(new Map(entries.filter((entry): entry is [string, string] => typeof entry[1] === 'string')), true);
  }

  /** Empty when it is not there. */
  text(name: string): string {
    return this.values.get(name)?.trim() ?? '';
  }

  /** @throws SEXTANT_SIGN_IN_FORM when it is empty or very long. */
  required(name: string, label: string): string {
    const text = this.text(name);
    if (text === '' || text.length > 1_000) throw lacking(label);
    return text;
  }

  /** What a script filled in, of any length that the route takes. Empty when it is not there. */
  whole(name: string): string {
    return this.values.get(name) ?? '';
  }

  /** As it was typed, spaces included. @throws SEXTANT_SIGN_IN_FORM */
  secret(name: string, label: string): Secret {
    const text = this.values.get(name) ?? '';
    if (text === '' || text.length > 4_096) throw lacking(label);
    return new Secret(text);
  }
}

const lacking = (label: string): SextantError =>
  new SextantError('SEXTANT_SIGN_IN_FORM', { what: `The ${label} is missing or too long.`, fix: 'Fill it in.' });
