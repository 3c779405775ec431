import { type ChildProcess, execFile, spawn } from 'node:child_process';
import { once } from 'node:events';
import { chmodSync, cpSync, mkdtempSync, rmSync } from 'node:fs';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { z } from '@sextant/sdk';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';

// The built program on its embedded database: killed at its work, exported, restored.
const program = join(import.meta.dirname, '..', 'dist', 'main.js');
const env = Object.fromEntries(
  Object.entries(process.env).filter(([name]) => !/^(?:SEXTANT_|VITEST|NODE_OPTIONS$|NODE_ENV$|TEST$)/.test(name)),
);

let folder: string;
let server: ChildProcess | undefined;
let url: string;
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'sextant-audit-'));
  chmodSync(folder, 0o711);
});
afterAll(async () => {
  await kill();
  rmSync(folder, { recursive: true, force: true });
});

const sextant = (...args: readonly string[]): Promise<{ readonly code: number; readonly out: string }> =>
  new Promise((resolve) => {
    execFile(process.execPath, [program, ...args], { cwd: folder, env, maxBuffer: 1e8 }, (error, out) =>
      resolve({ code: error ? Number(error.code) : 0, out: out.trim() }),
    );
  });

async function serve(): Promise<void> {
  const probe = createServer().listen(0, '127.0.0.1');
  await once(probe, 'listening');
  const { port } = probe.address() as { readonly port: number };
  await new Promise((resolve) => probe.close(resolve));
  url = `http://127.0.0.1:${port}`;
  const args = [program, 'serve', '--data-dir', join(folder, 'data'), '--port', String(port)];
  server = spawn(process.execPath, args, { cwd: folder, env: { ...env, SEXTANT_SUPERVISOR: 'off' }, stdio: 'ignore' });
  await expect
    .poll(
      () =>
        fetch(`${url}/readyz`).then(
          (r) => r.ok,
          () => false,
        ),
      { timeout: 90_000, interval: 100 },
    )
    .toBe(true);
}

async function kill(signal: NodeJS.Signals = 'SIGKILL'): Promise<void> {
  if (server?.exitCode !== null || server.signalCode !== null) return;
  const ended = once(server, 'exit');
  server.kill(signal);
  await ended;
}

const Answer = z.object({ data: z.record(z.string(), z.unknown()), errors: z.undefined().optional() });

const Entry = z.object({ entity: z.string(), action: z.string(), fields: z.record(z.string(), z.unknown()) });

async function mutate(mutation: string): Promise<unknown> {
  const response = await fetch(`${url}/.api/graphql`, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify({ query: `mutation{${mutation}}` }),
  });
  return Answer.parse(await response.json()).data;
}

const Created = z.object({ createUser: z.object({ user: z.object({ id: z.string(), databaseID: z.number() }) }) });
const createUser = async (name: string) =>
  Created.parse(await mutate(`createUser(username:"${name}"){user{id databaseID}}`)).createUser.user;

/** Does it, with 0, 1, …, until nobody answers. @returns what each that was acknowledged gave. */
async function untilKilled(change: (i: number) => Promise<unknown>, enough: () => void): Promise<readonly string[]> {
  const acknowledged: string[] = [];
  for (let i = 0; ; i++) {
    try {
      acknowledged.push(String(await change(i)));
    } catch {
      return acknowledged;
    }
    if (i === 20) enough();
  }
}

describe('the audit log of a Sextant that is killed (hostile row 13)', () => {
  it('holds every change that was acknowledged and no other, and verifies, also where a backup was restored', async () => {
    const data = ['--data-dir', join(folder, 'data')];
    await serve();
    let enough = (): void => undefined;
    const busy = new Promise<void>((resolve) => {
      enough = resolve;
    });
    const { id: ada } = await createUser('ada');
    const made = await mutate('createOrganization(name:"acme"){id}');
    const { id: acme } = z.object({ createOrganization: z.object({ id: z.string() }) }).parse(made).createOrganization;
    const making = ['a', 'b'].map((prefix) => untilKilled(async (i) => (await createUser(`${prefix}-${i}`)).databaseID, enough));
    /** Of other plugins, and of what is no user: by the entity and the action of the entry. */
    const others = {
      'user.email added': (i: number) => mutate(`addUserEmail(user:"${ada}",email:"ada-${i}@example.com"){alwaysNil}`),
      'organizations modified': (i: number) => mutate(`updateOrganization(id:"${acme}",displayName:"Acme ${i}"){id}`),
      'oauth.client created': (i: number) =>
        mutate(`createOAuthClient(input:{name:"App ${i}",redirectURIs:["https://app.example/"],scopes:["mcp"]}){clientSecret}`),
    };
    const changing = Object.entries(others).map(([entry, change]) => [entry, untilKilled(change, () => undefined)] as const);
    await busy;
    await kill();
    const acknowledged = (await Promise.all(making)).flat();

    const exported = (await sextant('audit', 'export', ...data)).out.split('\n').map((line) => Entry.parse(JSON.parse(line)));
    const of = (entry: string) => exported.filter(({ entity, action }) => `${entity} ${action}` === entry);
    const entries = of('user created').map(({ fields }) => fields['subjectUID']);
    expect(entries).toEqual(expect.arrayContaining([...acknowledged]));
    const users = JSON.parse((await sextant('user', 'list', '--json', ...data)).out) as readonly { readonly id: number }[];
    expect(entries.toSorted()).toEqual(users.map(({ id }) => String(id)).toSorted());
    for (const [entry, work] of changing) {
      const { length } = await work;
      expect(length, entry).toBeGreaterThan(0);
      // The last one may be durable, and its answer not have arrived.
      expect([length, length + 1], entry).toContain(of(entry).length);
    }
    const verified = await sextant('audit', 'verify', ...data);
    expect(verified).toEqual({ code: 0, out: expect.stringContaining('are as they were written') });

    const head = (await sextant('audit', 'head', ...data)).out;
    const restored = ['--data-dir', join(folder, 'restored')];
    expect((await sextant('db', 'export', join(folder, 'backup'), ...data)).code).toBe(0);
    expect((await sextant('db', 'import', join(folder, 'backup'), ...restored)).code).toBe(0);
    expect(await sextant('audit', 'verify', '--head', head, ...restored)).toEqual({
      code: 1,
      out: expect.stringContaining('the key file is another one'),
    });
    rmSync(join(folder, 'restored', 'keys'), { recursive: true });
    cpSync(join(folder, 'data', 'keys'), join(folder, 'restored', 'keys'), { recursive: true });
    expect(await sextant('audit', 'verify', '--head', head, ...restored)).toEqual({
      code: 0,
      out: expect.stringContaining('are as they were written'),
    });
    expect((await sextant('audit', 'list', '--entity', 'database', ...restored)).out).toMatch(/operator\t-\tdatabase imported/);
    expect((await sextant('audit', 'list', '--entity', 'database', ...data)).out).toMatch(/operator\t-\tdatabase exported/);
  }, 300_000);
});
