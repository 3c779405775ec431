/** Where token buckets stand. Buckets begin full. */
export interface LimitStore {
  /** Takes `cost` tokens if there are as many. @returns whether, and how many are left (a fraction counts the refill under way). */
  take(key: string, capacity: number, per: number, cost: number): Promise<{ readonly allowed: boolean; readonly left: number }>;
}
