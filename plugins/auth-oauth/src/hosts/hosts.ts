import type { AnyOAuthHost } from '../oauth-host.js';
import { azureDevops } from './azure-devops.js';
import { bitbucketCloud } from './bitbucket-cloud.js';
import { bitbucketServer } from './bitbucket-server.js';
import { gitea } from './gitea.js';
import { github } from './github.js';
import { gitlab } from './gitlab.js';

/** The code hosts by which people sign in. Gerrit is none: it has no OAuth of its own. */
export const hosts: readonly AnyOAuthHost[] = [github, gitlab, bitbucketCloud, bitbucketServer, azureDevops, gitea];
