import type { ProcessConfig } from '@sextant/config';
import type { Blobs, Logger } from '@sextant/sdk';
import type { CacheStore } from '../cache/cache-store.js';
import type { LimitStore } from '../cache/limit-store.js';
import type { EventTransport } from '../events/event-transport.js';

/** Stores beside the database, as configured: Redis and S3. Their libraries are loaded only then. */
export interface OutsideStores {
  readonly redis?: { readonly cache: CacheStore; readonly limits: LimitStore; readonly events: EventTransport; connect(): Promise<void> };
  readonly blobs?: (plugin: string) => Blobs;
  close(): void;
}

export async function openOutsideStores(config: ProcessConfig, log: Logger): Promise<OutsideStores> {
  const redis = config.redis.url ? await openRedis(config.redis.url.reveal(), log) : undefined;
  const s3 = config.blobs.s3 ? await openS3(config.blobs.s3) : undefined;
  return {
    ...(redis ? { redis } : {}),
    ...(s3 ? { blobs: s3.blobs } : {}),
    close: () => {
      redis?.close();
      s3?.close();
    },
  };
}

async function openRedis(url: string, log: Logger) {
  const [{ Redis }, { RedisCacheStore }, { RedisLimitStore }, { RedisTransport }] = await Promise.all([
    import('ioredis'),
    import('../cache/redis-cache-store.js'),
    import('../cache/redis-limit-store.js'),
    import('../events/redis-transport.js'),
  ]);
  const client = new Redis(url, { lazyConnect: true, maxRetriesPerRequest: 3 });
  client.on('error', (error: Error) => log.warn('Redis does not answer', { error }));
  return {
    cache: new RedisCacheStore(client),
    limits: new RedisLimitStore(client),
    events: new RedisTransport(client, log),
    connect: () => client.connect(),
    close: () => client.disconnect(),
  };
}

async function openS3(s3: NonNullable<ProcessConfig['blobs']['s3']>) {
  const [{ S3Client }, { S3Blobs }] = await Promise.all([import('@aws-sdk/client-s3'), import('../blobs/s3-blobs.js')]);
  const client = new S3Client({
    region: s3.region,
    forcePathStyle: s3.pathStyle,
    ...(s3.endpoint ? { endpoint: s3.endpoint } : {}),
    ...(s3.accessKeyId && s3.secretAccessKey
      ? { credentials: { accessKeyId: s3.accessKeyId.reveal(), secretAccessKey: s3.secretAccessKey.reveal() } }
      : {}),
  });
  return { blobs: (plugin: string) => new S3Blobs({ client, bucket: s3.bucket }, plugin), close: () => client.destroy() };
}
