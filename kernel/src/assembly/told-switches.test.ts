import { mkdtempSync, readFileSync, rmSync, statSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { Logs } from '../observability/logs.js';
import { ToldSwitches } from './told-switches.js';

let folder: string;
let changes: number;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'told-'));
  changes = 0;
});
afterEach(() => rmSync(folder, { recursive: true, force: true }));

const file = (): string => join(folder, 'run', 'switches.json');
const own = { instance: 'host:1:a', roles: ['git' as const], plugins: [] };
const open = (): ToldSwitches =>
  new ToldSwitches(file(), new Logs({ level: 'silent', format: 'json' }).of('kernel'), {
    changed: async () => void changes++,
    own: () => own,
  });

describe('switches that a process is told', () => {
  it('are kept, for nobody else to read, and tell of changes alone', async () => {
    const told = open();
    expect(await told.tell({ revision: 2, switches: { a: false } })).toEqual(own);
    await told.tell({ revision: 2, switches: { a: false } });
    expect([changes, [...told.state.switches]]).toEqual([1, [['a', false]]]);
    expect(JSON.parse(readFileSync(file(), 'utf8'))).toEqual({ revision: 2, switches: { a: false } });
    expect(statSync(file()).mode & 0o777).toBe(0o600);
    expect(open().state).toEqual(told.state);
  });

  it('are not those that were read before the ones it knows, and come late', async () => {
    const told = open();
    await told.tell({ revision: 2, switches: { a: false } });
    await told.tell({ revision: 1, switches: {} });
    expect(told.state).toEqual({ revision: 2, switches: new Map([['a', false]]) });
  });

  it('are older ones after a restart: the database itself may have been put back', async () => {
    await open().tell({ revision: 2, switches: { a: false } });
    const again = open();
    await again.tell({ revision: 1, switches: {} });
    expect(again.state).toEqual({ revision: 1, switches: new Map() });
  });

  it('are refused when they are malformed', async () => {
    await expect(open().tell({ revision: 1, switches: { a: 'off' as never } })).rejects.toThrow();
    expect(changes).toBe(0);
  });
});
