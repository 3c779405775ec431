export type HealthProbe = { readonly status: 'up' } | { readonly status: 'degraded' | 'down'; readonly reason: string };
