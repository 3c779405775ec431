/** What a process does. A host is a set of roles; a part runs where its role runs. */
export const ROLES = ['api', 'web', 'worker', 'scheduler', 'migrator', 'git', 'index', 'search', 'executor', 'tunnel', 'cli'] as const;
export type Role = (typeof ROLES)[number];
export const isRole = (value: string): value is Role => (ROLES as readonly string[]).includes(value);
