import { type EventType, extensionPoint } from '@sextant/sdk';

/** One thing to tell. It goes to an address that an admin chose, past the wall: it carries names and ids, and never content. */
export interface OutboundEvent {
  /** Plain data, up to 16 KiB as JSON. */
  readonly body: Readonly<Record<string, unknown>>;
  /** What it is about, such as the name of a repository: a webhook can be of one scope alone. */
  readonly scope?: string;
}

/**
 * A kind of thing that webhooks can be told of, made out of a notice on the event bus. Contribute in the role `api`. Notices arrive at most once, so what
 * happens while no process of that role runs is not told.
 */
// biome-ignore lint/suspicious/noExplicitAny: the event's own schema types its notices
export interface OutboundEventType<P = any> {
  /** `<noun>:<verb>` in snake_case: `user:create`. */
  readonly key: string;
  /** A sentence. */
  readonly description: string;
  readonly event: EventType<P>;
  /** What the notice tells, at most 200 things; none for a notice that is about something else. */
  events(notice: P): Promise<readonly OutboundEvent[]> | readonly OutboundEvent[];
}
export const outboundEventTypes = extensionPoint<OutboundEventType>('outbound-webhooks.event-types@1');
