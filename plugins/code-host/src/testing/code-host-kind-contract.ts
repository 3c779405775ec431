import { RepoName, Secret, SextantError } from '@sextant/sdk';
import { type Contract, defineContract } from '@sextant/sdk/testing';
import { describe, expect, it } from 'vitest';
import { type CodeHostKind, type Connection, codeHostKinds, type FoundRepository } from '../api.js';
import { type HostFault, type HostFaults, LISTING_FAULTS, PASSING_FAULTS, STAYING_FAULTS } from './host-faults.js';
import { CERTIFICATE_FAULTS, UntrustedHost } from './untrusted-host.js';

/** Connections, as people write their configuration, to hosts that a test has started. */
export interface CodeHostScene {
  /** A host that answers, with two repositories or more. */
  readonly good: Readonly<Record<string, unknown>>;
  /** The same host with a credential that it refuses; absent for kinds without credentials. */
  readonly refused?: Readonly<Record<string, unknown>>;
  /** A host that does not answer. */
  readonly unreachable: Readonly<Record<string, unknown>>;
  /** The faults of the host that is `good`, whose list is two pages or more; absent for kinds that ask no server. */
  readonly faults?: HostFaults;
  /** Faults that are answers here: `absent`, where each repository is asked for by itself. */
  readonly answers?: readonly HostFault[];
  /** As `good`, to a host at this address, credential and all; absent for kinds that ask no server of the connection's choice. */
  readonly elsewhere?: (url: string) => Readonly<Record<string, unknown>>;
}

/** The page that a fault is on. */
const PAGES = [
  ['first', 0],
  ['second', 1],
] as const;

/** What the sync, git and the admin pages rely on in every kind of code host. */
export const codeHostKindContract = (scene: () => CodeHostScene): Contract<CodeHostKind> =>
  defineContract(codeHostKinds, (subject) => {
    it('has a name in capitals, a title, and a configuration it accepts', async () => {
      const kind = await subject();
      expect(kind.kind).toMatch(/^[A-Z][A-Z0-9]*$/);
      expect(kind.title).not.toBe('');
      expect(kind.serviceType()).toMatch(/^[a-z][a-zA-Z0-9-]*$/);
      expect(kind.config.safeParse(scene().good).error).toBeUndefined();
      expect(kind.config.strict().safeParse({ ...scene().good, noSuchKey: 1 }).success).toBe(false);
    });

    it('names its host the same each time', async () => {
      const kind = await subject();
      expect(kind.serviceId(connectionOf(kind, scene().good))).toBe(kind.serviceId(connectionOf(kind, scene().good)));
    });

    it('lists each repository once, the same each time, with a name, a stable id and a clone URL without credentials', async () => {
      const kind = await subject();
      const first = await listed(kind, scene().good);
      expect(first.length).toBeGreaterThanOrEqual(2);
      expect(first.map(({ name }) => name).filter((name) => !RepoName.is(name))).toEqual([]);
      expect(new Set(first.map(({ externalId }) => externalId)).size).toBe(first.length);
      expect(first.filter(({ cloneUrl }) => hasCredentials(cloneUrl))).toEqual([]);
      expect(identities(await listed(kind, scene().good))).toEqual(identities(first));
    });

    it('throws where it cannot know, and never lists nothing instead', async () => {
      const kind = await subject();
      await expect(listed(kind, scene().unreachable)).rejects.toThrow();
      const { refused } = scene();
      if (refused) await expect(listed(kind, refused)).rejects.toThrow();
    });

    it('finds by itself what it lists, nothing for what is not there, and throws where it cannot know', async () => {
      const kind = await subject();
      if (!kind.find) return;
      const { good, refused, unreachable } = scene();
      const signal = new AbortController().signal;
      const all = await listed(kind, good);
      for (const one of all.slice(0, 3))
        expect(identities([(await kind.find(connectionOf(kind, good), one, { signal })) as FoundRepository])).toEqual(identities([one]));
      const [first] = all as [FoundRepository];
      const gone = { ...first, externalId: '987654321', cloneUrl: first.cloneUrl.replace(/[^/]+$/, 'no-such-repository.git') };
      expect(await kind.find(connectionOf(kind, good), gone, { signal })).toBeUndefined();
      for (const config of [refused, unreachable])
        if (config) await expect(kind.find(connectionOf(kind, config), first, { signal })).rejects.toThrow();
    });

    it('stops listing when it is told to', async () => {
      const kind = await subject();
      const controller = new AbortController();
      controller.abort(new DOMException('stop', 'AbortError'));
      await expect(listed(kind, scene().good, controller.signal)).rejects.toThrow();
    });

    it('gives git a URL without credentials, and credentials that cannot be printed', async () => {
      const kind = await subject();
      const connection = connectionOf(kind, scene().good);
      for (const { name, externalId, cloneUrl } of await listed(kind, scene().good)) {
        const source = await kind.cloneSource(connection, { name, externalId, cloneUrl });
        expect(hasCredentials(source.url)).toBe(false);
        if (source.credentials) expect(source.credentials.password).toBeInstanceOf(Secret);
      }
    });

    it('gives no credential for another server (row 20)', async () => {
      const kind = await subject();
      const elsewhere = { name: 'elsewhere', externalId: '1', cloneUrl: 'https://elsewhere.invalid/a.git' };
      const source = await kind.cloneSource(connectionOf(kind, scene().good), elsewhere).catch(() => undefined);
      expect(source?.credentials).toBeUndefined();
    });

    it('says that a good connection is good, and of a bad one what is wrong and what to do', async () => {
      const kind = await subject();
      expect(await checked(kind, scene().good)).toEqual({ ok: true });
      for (const config of [scene().refused, scene().unreachable]) {
        if (!config) continue;
        const outcome = await checked(kind, config);
        expect(outcome).toMatchObject({ ok: false, problem: expect.stringMatching(/\S/), fix: expect.stringMatching(/\S/) });
      }
    });

    describe('a host that fails (row 15)', () => {
      /** Of kinds that ask a server; the others have nothing to fail. */
      const failing = async (test: (kind: CodeHostKind, faults: HostFaults) => Promise<void>): Promise<void> => {
        const { faults } = scene();
        if (!faults) return;
        try {
          await test(await subject(), faults);
        } finally {
          faults.clear();
        }
      };

      for (const [page, after] of PAGES) {
        it.each(STAYING_FAULTS)(`gives no list by %s on the ${page} page`, (fault) =>
          failing(async (kind, faults) => {
            if (scene().answers?.includes(fault)) return;
            faults.next(fault, { after });
            await expect(listed(kind, scene().good)).rejects.toThrow();
          }),
        );

        it.each(PASSING_FAULTS)(`gives the whole list when %s on the ${page} page passes by`, (fault) =>
          failing(async (kind, faults) => {
            const whole = identities(await listed(kind, scene().good));
            faults.next(fault, { after, times: 1 });
            expect(identities(await listed(kind, scene().good))).toEqual(whole);
          }),
        );
      }

      it.each(LISTING_FAULTS)('gives no shorter list by %s, and ends', (fault) =>
        failing(async (kind, faults) => {
          const whole = identities(await listed(kind, scene().good));
          faults.listing = fault;
          const found = await listed(kind, scene().good).catch(() => undefined);
          if (found !== undefined) expect([...new Set(identities(found))]).toEqual(whole);
        }),
      );

      it.each(STAYING_FAULTS)('is checked, and %s is told', (fault) =>
        failing(async (kind, faults) => {
          faults.next(fault);
          expect(await checked(kind, scene().good)).toMatchObject({
            ok: false,
            problem: expect.stringMatching(/\S/),
            fix: expect.stringMatching(/\S/),
          });
        }),
      );
    });

    it.each(CERTIFICATE_FAULTS)('gives no list, and no credential, to a host whose certificate is not to be trusted: %s', async (fault) => {
      const { elsewhere } = scene();
      if (!elsewhere) return;
      const kind = await subject();
      await using host = await UntrustedHost.start(fault);
      await expect(listed(kind, elsewhere(host.url))).rejects.toThrow();
      const outcome = await checked(kind, elsewhere(host.url));
      expect(outcome).toMatchObject({ ok: false, problem: expect.stringMatching(/\S/), fix: expect.stringMatching(/\S/) });
      expect(host.heard).toEqual([]);
    });

    it('takes webhooks only as it proves them, and throws for a body that is none', async () => {
      const { webhooks } = await subject();
      if (!webhooks) return;
      expect(
        ['header' in webhooks.proof ? webhooks.proof.header : '', webhooks.eventHeader ?? '', webhooks.deliveryHeader ?? ''].filter(
          (name) => name !== name.toLowerCase(),
        ),
      ).toEqual([]);
      expect(webhooks.eventHeader ?? webhooks.eventField).toMatch(/\S/);
      expect(webhooks.events({ event: 'no-such-event', body: {} })).toEqual([]);
    });
  });

const connectionOf = (kind: CodeHostKind, config: unknown): Connection => ({
  id: 1,
  kind: kind.kind,
  displayName: 'contract',
  config: kind.config.parse(config),
});

async function listed(kind: CodeHostKind, config: unknown, signal: AbortSignal = new AbortController().signal): Promise<FoundRepository[]> {
  const all: FoundRepository[] = [];
  for await (const found of kind.list(connectionOf(kind, config), { signal, progress: () => undefined })) all.push(found);
  return all;
}

/** A check may also throw a coded error, which says the same three things. */
async function checked(kind: CodeHostKind, config: unknown): Promise<Awaited<ReturnType<CodeHostKind['check']>>> {
  try {
    return await kind.check(connectionOf(kind, config), new AbortController().signal);
  } catch (error) {
    if (!SextantError.is(error)) throw error;
    return { ok: false, problem: error.what, fix: error.fix ?? '' };
  }
}

const identities = (found: readonly FoundRepository[]): readonly string[] =>
  found.map(({ externalId, name, cloneUrl }) => `${externalId} ${name} ${cloneUrl}`).sort();

const hasCredentials = (url: string): boolean => URL.canParse(url) && (new URL(url).password !== '' || /^https?:\/\/[^/]*@/.test(url));
