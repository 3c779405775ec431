import authOauth from '@sextant/plugin-auth-oauth';
import authOpenidConnect from '@sextant/plugin-auth-openid-connect';
import authSaml from '@sextant/plugin-auth-saml';
import codeHost from '@sextant/plugin-code-host';
import codeHostAzureDevops from '@sextant/plugin-code-host-azure-devops';
import codeHostBitbucketCloud from '@sextant/plugin-code-host-bitbucket-cloud';
import codeHostBitbucketServer from '@sextant/plugin-code-host-bitbucket-server';
import codeHostGerrit from '@sextant/plugin-code-host-gerrit';
import codeHostGitea from '@sextant/plugin-code-host-gitea';
import codeHostGithub from '@sextant/plugin-code-host-github';
import codeHostGitlab from '@sextant/plugin-code-host-gitlab';
import codeHostGitolite from '@sextant/plugin-code-host-gitolite';
import codeHostLocal from '@sextant/plugin-code-host-local';
import codeHostOther from '@sextant/plugin-code-host-other';
import codeHostPackages from '@sextant/plugin-code-host-packages';
import git from '@sextant/plugin-git';
import highlight from '@sextant/plugin-highlight';
import identity from '@sextant/plugin-identity';
import notifications from '@sextant/plugin-notifications';
import oauthProvider from '@sextant/plugin-oauth-provider';
import outboundWebhooks from '@sextant/plugin-outbound-webhooks';
import permissions from '@sextant/plugin-permissions';
import scim from '@sextant/plugin-scim';
import search from '@sextant/plugin-search';
import signIn from '@sextant/plugin-sign-in';
import site from '@sextant/plugin-site';
import type { Manifest } from '@sextant/sdk';

/** The plugins that come with Sextant. Their order means nothing. */
export const builtinPlugins: readonly Manifest[] = [
  identity,
  authOauth,
  authOpenidConnect,
  authSaml,
  site,
  codeHost,
  codeHostAzureDevops,
  codeHostBitbucketCloud,
  codeHostBitbucketServer,
  codeHostGerrit,
  codeHostGitea,
  codeHostGithub,
  codeHostGitlab,
  codeHostGitolite,
  codeHostLocal,
  codeHostOther,
  codeHostPackages,
  git,
  highlight,
  notifications,
  oauthProvider,
  outboundWebhooks,
  permissions,
  scim,
  search,
  signIn,
] as unknown as readonly Manifest[];
