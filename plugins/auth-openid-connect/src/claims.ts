import { type ExternalIdentity, signInRefused } from '@sextant/plugin-identity/api';
import { z } from '@sextant/sdk';
import type { OpenidConnectConfig } from './openid-connect-config.js';

/** What a provider says of a person: of its ID token, and of its answer about the user. */
export type Claims = Readonly<Record<string, unknown>> & { readonly sub: string };

const Text = z.string().trim().min(1).max(1_000);
const Address = z.email().max(320);
const Groups = z.union([z.array(z.string()), z.string().transform((one) => [one])]);
/** In the place of a claim that did not fit into the token. */
const Elsewhere = z.object({ _claim_names: z.record(z.string(), z.unknown()) });

/** Whether the ID token says less than what is needed, so that the provider has to be asked. */
export const areShort = (claims: Claims, config: OpenidConnectConfig): boolean =>
  emailOf(claims) === undefined ||
  (claims['email_verified'] === undefined && !config.trustEmails) ||
  usernameOf(claims, config) === undefined ||
  (config.allowGroups !== undefined && !told(claims, config));

/** What the signed token says wins, and what is said of an address holds for that address alone. */
export function joined(token: Claims, answer: Claims): Claims {
  const isSameAddress = !Object.hasOwn(token, 'email') || token['email'] === answer['email'];
  return { ...answer, ...token, ...(isSameAddress ? {} : { email_verified: token['email_verified'] }) };
}

/** @throws SEXTANT_SIGN_IN_REFUSED when the person may not come in by the entry's gates. */
export function identityOf(claims: Claims, config: OpenidConnectConfig): ExternalIdentity {
  const address = emailOf(claims);
  const verified = address !== undefined && (config.trustEmails || isTrue(claims['email_verified']));
  requireDomain(config, verified ? address : undefined);
  const groups = groupsOf(claims, config);
  requireGroup(config, groups);
  const picture = z.url({ protocol: /^https$/ }).safeParse(claims['picture']).data;
  return {
    accountId: claims.sub,
    username: usernameOf(claims, config) ?? address?.split('@')[0] ?? claims.sub,
    ...optional('displayName', text(claims['name'])),
    ...optional('avatarUrl', picture),
    emails: address === undefined ? [] : [{ address, verified }],
    groups,
  };
}

function requireDomain({ requireEmailDomain }: OpenidConnectConfig, proved: string | undefined): void {
  if (requireEmailDomain === undefined) return;
  if (proved === undefined)
    throw signInRefused(`Only addresses of ${requireEmailDomain} may come in, and the provider does not say that yours is proved.`);
  if (proved.slice(proved.lastIndexOf('@') + 1).toLowerCase() !== requireEmailDomain.toLowerCase())
    throw signInRefused(`Only addresses of ${requireEmailDomain} may come in.`);
}

function requireGroup({ allowGroups }: OpenidConnectConfig, groups: readonly string[]): void {
  if (allowGroups !== undefined && !groups.some((group) => allowGroups.includes(group)))
    throw signInRefused('You are in none of the groups at the provider whose members may come in.');
}

/** None where the provider tells none: providers leave the claim out for somebody who was taken out of the last group. */
const groupsOf = (claims: Claims, { groupsClaimName }: OpenidConnectConfig): readonly string[] =>
  Groups.safeParse(claims[groupsClaimName]).data ?? [];

/** Whether the provider has left out the groups because there are too many of them for the token. */
export const hasGroupsElsewhere = (claims: Claims, { groupsClaimName }: OpenidConnectConfig): boolean =>
  !Object.hasOwn(claims, groupsClaimName) && Object.hasOwn(Elsewhere.safeParse(claims).data?._claim_names ?? {}, groupsClaimName);

const told = (claims: Claims, { groupsClaimName }: OpenidConnectConfig): boolean => Object.hasOwn(claims, groupsClaimName);

const emailOf = (claims: Claims): string | undefined => Address.safeParse(claims['email']).data;

function usernameOf(claims: Claims, { usernameClaimNames }: OpenidConnectConfig): string | undefined {
  for (const name of usernameClaimNames) {
    const found = text(claims[name]);
    // Many providers name people by their address, which would be told to everybody.
    if (found !== undefined) return found.split('@')[0] || found;
  }
  return undefined;
}

const text = (value: unknown): string | undefined => Text.safeParse(value).data;

/** Some providers write it as a text. */
const isTrue = (value: unknown): boolean => value === true || value === 'true';

const optional = <K extends string, V>(key: K, value: V | undefined): { readonly [k in K]?: V } =>
  (value === undefined ? {} : { [key]: value }) as { readonly [k in K]?: V };
