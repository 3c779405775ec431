import {
  accessRequests,
  accounts,
  actors,
  auditTrail,
  externalAccounts,
  invitations,
  newcomerGates,
  signInProviders,
  userGroups,
  users,
  wrongCredentials,
} from '@sextant/plugin-identity/api';
import { mailer } from '@sextant/plugin-notifications/api';
import { siteConfiguration } from '@sextant/plugin-site/api';
import { core, maybe, type PluginContext, type Resolved, type RouteRequest } from '@sextant/sdk';
import { AccountSecurity } from './account-security.js';
import type { config } from './config.js';
import { LiveAuthSettings } from './configuration/auth-settings.js';
import { applyGroupRules } from './configuration/group-rules.js';
import { ConnectionGate } from './connection-gate.js';
import { Flows } from './engine/flow.js';
import { People } from './engine/people.js';
import { ProviderLogout } from './engine/provider-logout.js';
import { RedirectSignIn } from './engine/redirect-sign-in.js';
import './errors.js';
import { Letters } from './letters.js';
import { Passwords } from './passwords/passwords.js';
import { throttle } from './requester.js';
import { PasskeyCeremonies } from './second-factor/passkey-ceremonies.js';
import { Passkeys } from './second-factor/passkeys.js';
import { PendingSignIns } from './second-factor/pending-sign-ins.js';
import { passkeyConfirmation, totpConfirmation } from './second-factor/second-factor-confirmations.js';
import { SecondFactorGate } from './second-factor/second-factor-gate.js';
import { SecondFactors } from './second-factor/second-factors.js';
import { TotpFactor } from './second-factor/totp-factor.js';
import { Cookies } from './sessions/session-cookie.js';
import { Sessions } from './sessions/sessions.js';
import { Setup } from './setup.js';
import { passwordConfirmation } from './step-up/password-confirmation.js';
import { StepUp } from './step-up/step-up.js';
import { KnownDevices } from './throttling/known-devices.js';

export const deps = {
  db: core.storage,
  secrets: core.secrets,
  events: core.events,
  clock: core.clock,
  limits: core.limits,
  process: core.process,
  actor: core.actor,
  users,
  accounts,
  actors,
  accessRequests,
  external: externalAccounts,
  groups: userGroups,
  invitations,
  audit: auditTrail,
  wrong: wrongCredentials,
  configuration: siteConfiguration,
  providers: signInProviders,
  newcomers: newcomerGates,
  mailer: maybe(mailer),
} as const;

export type Deps = typeof deps;
export type Context = PluginContext<typeof config>;

/** The objects of the plugin, wired once for each life of its part. */
export interface SignIn {
  readonly deps: Resolved<Deps>;
  readonly settings: LiveAuthSettings;
  readonly sessions: Sessions;
  readonly devices: KnownDevices;
  readonly passwords: Passwords;
  readonly letters: Letters;
  readonly people: People;
  readonly redirects: RedirectSignIn;
  readonly logout: ProviderLogout;
  readonly setup: Setup;
  readonly stepUp: StepUp;
  readonly security: AccountSecurity;
  readonly connection: ConnectionGate;
  readonly factors: SecondFactors;
  readonly totp: TotpFactor;
  readonly passkeys: Passkeys;
  readonly pending: PendingSignIns;
  readonly factorGate: SecondFactorGate;
  /** Bound to where people reach Sextant, which is known once it listens. */
  readonly cookies: Cookies;
  /** The path under which Sextant is; empty for none. */
  readonly prefix: string;
  /** @param times of what is configured may come. @throws SEXTANT_SIGN_IN_THROTTLED when the request's address asks for this too often. */
  throttle(what: string, request: RouteRequest, times?: number): Promise<void>;
}

// The kernel resolves the dependencies once for each life of the part, so they are its key.
const lives = new WeakMap<object, SignIn>();

export function signInOf(d: Resolved<Deps>, ctx: Context): SignIn {
  let signIn = lives.get(d);
  if (!signIn) lives.set(d, (signIn = wire(d, ctx)));
  return signIn;
}

function wire(d: Resolved<Deps>, { log, config: own }: Context): SignIn {
  const { db, events, clock, audit, process } = d;
  const settings = new LiveAuthSettings({
    ...d,
    log,
    localMode: process.localMode,
    changed: (next) => applyGroupRules(next, d.groups, db),
  });
  const letters = new Letters({ mailer: d.mailer, limits: d.limits, externalUrl: () => process.externalUrl, log });
  const sessions = new Sessions({
    db,
    events,
    clock,
    accounts: d.accounts,
    actors: d.actors,
    settings,
    externalUrl: () => process.externalUrl,
  });
  const devices = new KnownDevices({ db, clock });
  const passwords = new Passwords({
    db,
    clock,
    users: d.users,
    accounts: d.accounts,
    limits: d.limits,
    settings,
    sessions,
    letters,
    devices,
    audit,
    log,
  });
  const cookies = () => new Cookies(process.externalUrl);
  const externalUrl = () => process.externalUrl;
  const pending = new PendingSignIns({ db, clock, users: d.users });
  const security = new AccountSecurity({ db, settings, sessions, passwords, accounts: d.accounts, external: d.external, audit });
  const factors = new SecondFactors({
    db,
    clock,
    settings,
    pending,
    accounts: d.accounts,
    letters,
    audit,
    hasOtherWay: (user) => security.hasWay(user),
  });
  const ceremonies = new PasskeyCeremonies({ db, secrets: d.secrets, clock, cookies });
  const totp = new TotpFactor({ db, secrets: d.secrets, clock, audit, externalUrl });
  const passkeys = new Passkeys({ db, clock, ceremonies, audit, log, externalUrl });
  const prefix = () => new URL(process.externalUrl).pathname.replace(/\/$/, '');
  const people = new People({ ...d, audit });
  const redirects = new RedirectSignIn({
    settings,
    sessions: sessions.store,
    users: d.users,
    people,
    flows: () => new Flows({ db, secrets: d.secrets, clock, cookies: cookies() }),
    audit,
    log,
    externalUrl: () => process.externalUrl,
    prefix,
  });
  return {
    deps: d,
    settings,
    sessions,
    devices,
    passwords,
    letters,
    people,
    redirects,
    logout: new ProviderLogout({
      db,
      settings,
      secrets: d.secrets,
      audit,
      log,
      externalUrl: () => process.externalUrl,
    }),
    security,
    factors,
    totp,
    passkeys,
    pending,
    factorGate: new SecondFactorGate({ factors, externalUrl }),
    connection: new ConnectionGate({ settings, external: d.external, externalUrl: () => process.externalUrl }),
    stepUp: new StepUp({
      methods: [
        passkeyConfirmation(passkeys, prefix),
        totpConfirmation(totp, factors.store),
        passwordConfirmation({ settings, passwords }),
      ],
      asksSecondFactor: (user, way) => factors.isAskedFor(user, way),
      settings,
      sessions,
      external: d.external,
      limits: d.limits,
      audit,
    }),
    setup: new Setup({ db, clock, accounts: d.accounts, passwords, settings, audit }),
    get cookies() {
      return cookies();
    },
    get prefix() {
      return prefix();
    },
    throttle: (what, { remoteAddress }, times = 1) => throttle(d.limits, what, remoteAddress, times * own.get().attemptsPerMinute),
  };
}
