import type { Migration } from '@sextant/sdk';
import type { Databases } from './databases.js';
import type { MigrationTarget } from './migrator.js';
import { KERNEL } from './plugin-schema.js';

const jobs: Migration = {
  name: 'create-job-tables-1763990000000',
  up: async (db) => {
    await db.query(`
      create table workers (pool_id text primary key, instance text not null, started_at timestamptz not null, beat_at timestamptz not null, handles text[] not null);
      create table job_history (
        id bigint primary key, name text not null, key text, state text not null, attempt int not null, max_attempts int not null,
        queued_at timestamptz not null, started_at timestamptz, finished_at timestamptz, progress text, error text, instance text);
      create index job_history_by_name on job_history (name, id desc);
      create index job_history_finished on job_history (finished_at);
      create table schedules (id text primary key, last_slot timestamptz);
      create table outbox_seen (id uuid primary key, at timestamptz not null default now());
      create sequence job_slots minvalue 0 start 0;
    `);
    // In the database, so that it joins the transaction of whoever calls it. The job library's tables are reached by its public functions and views.
    await db.query(`
      create function add_job(name text, payload json, queue text, run_at timestamptz, max_attempts int, key text, priority int, mode text, slots int)
      returns text language plpgsql as $fn$
      declare
        v_id text;
        v_queue text := add_job.queue;
      begin
        if slots is not null then v_queue := kernel.job_slot(name, queue, slots); end if;
        if key is not null and mode = 'keep' then
          perform pg_advisory_xact_lock(hashtextextended(add_job.key, 1584));
          select j.id::text into v_id from graphile_worker.jobs j
            where j.key = add_job.key and j.locked_at is null and j.attempts < j.max_attempts;
          if found then return v_id; end if;
        end if;
        select j.id::text into v_id from graphile_worker.add_job(
          add_job.name, payload => add_job.payload, queue_name => v_queue, run_at => add_job.run_at, max_attempts => add_job.max_attempts,
          job_key => add_job.key, priority => add_job.priority,
          job_key_mode => case when mode = 'keep-run-at' then 'preserve_run_at' else 'replace' end) j;
        return v_id;
      end $fn$;
      create function job_slot(name text, queue text, slots int) returns text language sql volatile as $fn$
        select name || '#' || (case when queue is null then nextval('kernel.job_slots') else hashtextextended(queue, 0) & 9223372036854775807 end % slots)
      $fn$;
    `);
  },
};

const sharedState: Migration = {
  name: 'create-cache-and-limits-1763990000001',
  up: async (db) => {
    // Unlogged: losing them in a crash is harmless, and they cost no write-ahead log.
    await db.query(`
      create unlogged table cache (key text primary key, value text not null, expires_at timestamptz not null);
      create index cache_expiry on cache (expires_at);
      create unlogged table limits (key text primary key, tokens double precision not null, refilled_at timestamptz not null, full_at timestamptz not null);
      create index limits_full on limits (full_at);
    `);
    await db.query(`
      create function take_tokens(bucket text, capacity double precision, per double precision, cost double precision)
      returns table (allowed boolean, remaining double precision) language plpgsql as $fn$
      declare
        v_tokens double precision;
        v_at timestamptz;
        v_now timestamptz;
      begin
        insert into kernel.limits (key, tokens, refilled_at, full_at) values (bucket, capacity, clock_timestamp(), clock_timestamp()) on conflict (key) do nothing;
        select l.tokens, l.refilled_at into v_tokens, v_at from kernel.limits l where l.key = bucket for update;
        v_now := clock_timestamp(); -- read under the row's lock, which may have been waited for
        remaining := least(capacity, coalesce(v_tokens + greatest(0, extract(epoch from v_now - v_at) * 1000) * capacity / per, capacity));
        allowed := remaining >= cost;
        if allowed then remaining := remaining - cost; end if;
        update kernel.limits l set tokens = remaining, refilled_at = v_now, full_at = v_now + (capacity - remaining) * per / capacity * interval '1 millisecond' where l.key = bucket;
        return next;
      end $fn$;
    `);
  },
};

const outbox: Migration = {
  name: 'create-job-outbox-1763990000002',
  up: async (db) => {
    await db.query(
      'create table job_outbox (seq bigint generated always as identity primary key, id uuid not null, spec json not null, written_at timestamptz not null default now())',
    );
  },
};

const switches: Migration = {
  name: 'create-plugin-switches-1763990000003',
  up: async (db) => {
    await db.query(
      'create table plugin_switches (plugin text primary key, enabled boolean not null, changed_at timestamptz not null default now())',
    );
  },
};

const processes: Migration = {
  name: 'create-processes-1763990000004',
  up: async (db) => {
    await db.query(
      'create unlogged table processes (place text primary key, instance text not null, roles text[] not null, plugins jsonb not null, seen_at timestamptz not null)',
    );
  },
};

const outboundRequests: Migration = {
  name: 'create-outbound-requests-1763990000005',
  up: async (db) => {
    await db.query(
      'create unlogged table outbound_requests (id text collate "C" primary key, entry jsonb not null, at timestamptz not null); create index outbound_requests_at on outbound_requests (at)',
    );
  },
};

const acts: Migration = {
  name: 'create-administrative-acts-1763990000006',
  up: async (db) => {
    await db.query('create table administrative_acts (id bigint generated always as identity primary key, act jsonb not null)');
  },
};

const configurationSeen: Migration = {
  name: 'create-configuration-seen-1763990000007',
  up: async (db) => {
    await db.query('create table configuration_seen (place text primary key, keys jsonb not null)');
  },
};

/** The kernel's own tables: all of them where `main` is, the outbox in every database. */
export function kernelTargets(databases: Databases): readonly MigrationTarget[] {
  return databases.distinct().map(({ name }) => ({
    plugin: KERNEL,
    database: name,
    migrations: name === 'main' ? [jobs, sharedState, outbox, switches, processes, outboundRequests, acts, configurationSeen] : [outbox],
  }));
}
