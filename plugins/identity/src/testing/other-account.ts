import { execFile } from 'node:child_process';

/** The account that owns nothing, on every system. */
export const NOBODY = 65_534;
/** Only root may act as somebody else. */
export const canBeAnotherAccount = process.getuid?.() === 0;

export interface OtherRequest {
  readonly url: string;
  readonly method?: string;
  readonly headers?: Readonly<Record<string, string>>;
  readonly body?: string;
}

export interface OtherAnswer {
  readonly status: number;
  readonly body: string;
  readonly cookies: readonly string[];
}

// It becomes the other account after Node.js has started, so that the program may lie where that account cannot read.
const PROGRAM = `
const { uid, requests } = JSON.parse(process.argv[1]);
if (uid !== null) { process.setgroups([]); process.setgid(uid); process.setuid(uid); }
const answers = [];
for (const { url, ...init } of requests) {
  const response = await fetch(url, { redirect: 'manual', ...init });
  answers.push({ status: response.status, body: await response.text(), cookies: response.headers.getSetCookie() });
}
process.stdout.write(JSON.stringify(answers));
`;

/** Sends requests, one after the other, from a process of another account. @param uid undefined: this process's own */
export const requestsAs = (uid: number | undefined, requests: readonly OtherRequest[]): Promise<readonly OtherAnswer[]> =>
  new Promise((resolve, reject) => {
    const args = ['--input-type=module', '--eval', PROGRAM, JSON.stringify({ uid: uid ?? null, requests })];
    execFile(process.execPath, args, { env: {}, maxBuffer: 16 * 1024 * 1024 }, (error, out, err) => {
      if (error) reject(new Error(`The other account's process failed: ${err}`, { cause: error }));
      else resolve(JSON.parse(out) as readonly OtherAnswer[]);
    });
  });
