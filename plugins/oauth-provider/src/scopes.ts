/** What a program can ask for, and what the page of consent says of it. */
export const SCOPES = {
  openid: 'Know who you are',
  profile: 'Read your name and picture',
  email: 'Read your e-mail address',
  offline_access: 'Stay signed in until you revoke it',
  'user:all': 'Do everything that you can do',
  'externalapi:read': 'Read and search what you can see',
  'externalapi:write': 'Change what you can change, except administration and access tokens',
  mcp: 'Search and read code through MCP',
} as const;
export type Scope = keyof typeof SCOPES;

export const isScope = (text: string): text is Scope => Object.hasOwn(SCOPES, text);
export const ALL_SCOPES = Object.keys(SCOPES) as readonly Scope[];

/** Those of the API; the others are about the person. */
export const API_SCOPES: readonly Scope[] = ['user:all', 'externalapi:read', 'externalapi:write', 'mcp'];
/** Whoever registers by itself is known to nobody: it does not get all. */
export const DYNAMIC_SCOPES: readonly Scope[] = ALL_SCOPES.filter((scope) => scope !== 'user:all');
