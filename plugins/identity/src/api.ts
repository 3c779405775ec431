import { defineEvent, serviceToken, z } from '@sextant/sdk';

/** A person's account. Ids are stable int32 and never reused. */
export interface User {
  readonly id: number;
  readonly username: string;
  readonly displayName: string | undefined;
  readonly siteAdmin: boolean;
  readonly createdAt: Date;
}

export interface Users {
  byId(id: number): Promise<User | undefined>;
  byIds(ids: readonly number[]): Promise<ReadonlyMap<number, User>>;
  byUsername(username: string): Promise<User | undefined>;
}

export const users = serviceToken<Users>('identity.users@1');

/** A user is gone, or lost or gained site-admin rights: whatever was remembered about the user is stale. */
export const userChanged = defineEvent('identity.user-changed@1', z.object({ userId: z.number() }));
