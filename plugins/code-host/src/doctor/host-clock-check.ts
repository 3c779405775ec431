import type { SystemCheck } from '@sextant/plugin-site/api';
import type { OutboundHttp } from '@sextant/sdk';
import type { ConnectionStore } from '../connections/connection-store.js';
import type { KindRegistry } from '../connections/kind-registry.js';

interface ClockParts {
  readonly connections: Pick<ConnectionStore, 'list' | 'usable'>;
  readonly kinds: Pick<KindRegistry, 'find'>;
  readonly http: Pick<OutboundHttp, 'fetch'>;
  readonly now: () => Date;
}

const LOOKED_AT = 50;
/** Milliseconds; a Date header has whole seconds, and a proxy may have kept it for a while. */
const HOST_SKEW = 30_000;

/** Signatures and tokens are good for a time that both sides measure. */
export const hostClockCheck = (parts: ClockParts): SystemCheck => ({
  name: 'host-clocks',
  async run({ signal }) {
    const hosts = new Set<string>();
    for (const record of await parts.connections.list({ limit: LOOKED_AT })) {
      const connection = await parts.connections.usable(record.id).catch(() => undefined);
      const url = connection && parts.kinds.find(record.kind)?.serviceId(connection);
      if (url !== undefined && /^https?:\/\//.test(url)) hosts.add(new URL(url).origin);
    }
    const skews = await Promise.all([...hosts].map(async (host) => ({ host, skew: await skewOf(host, parts, signal) })));
    const far = skews.filter(({ skew }) => skew !== undefined && Math.abs(skew) > HOST_SKEW);
    if (far.length === 0)
      return [{ level: 'ok', what: `The clocks of ${skews.filter(({ skew }) => skew !== undefined).length} code hosts agree with ours.` }];
    return far.map(({ host, skew = 0 }) => ({
      level: 'warning',
      what: `The clock of ${host} is ${Math.round(Math.abs(skew) / 1000)} s ${skew > 0 ? 'behind' : 'ahead of'} this process's.`,
      why: 'Tokens of apps and signatures are good for some minutes by the clock of the host.',
      fix: 'Let both take their time from one source (NTP).',
    }));
  },
});

/** How far ours is ahead; undefined where the host does not answer or does not say, which is told elsewhere. */
async function skewOf(host: string, { http, now }: Pick<ClockParts, 'http' | 'now'>, signal: AbortSignal): Promise<number | undefined> {
  try {
    const response = await http.fetch(host, { method: 'HEAD', from: 'admin', redirect: 'manual', timeout: 5_000, signal });
    const told = Date.parse(response.headers.get('date') ?? '');
    return Number.isNaN(told) ? undefined : now().getTime() - told;
  } catch {
    signal.throwIfAborted();
    return undefined;
  }
}
