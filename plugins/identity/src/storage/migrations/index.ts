import type { Migration } from '@sextant/sdk';
import { addAdministration } from './add-administration.js';
import { addCredentialGeneration } from './add-credential-generation.js';
import { addExternalAccounts } from './add-external-accounts.js';
import { addMakersOfTokens } from './add-makers-of-tokens.js';
import { addOrganizationOwners } from './add-organization-owners.js';
import { addRoles } from './add-roles.js';
import { addTeamsAndGroups } from './add-teams-and-groups.js';
import { createAccounts } from './create-accounts.js';
import { createAuditLog } from './create-audit-log.js';

export const migrations: readonly Migration[] = [
  createAccounts,
  addExternalAccounts,
  addRoles,
  addTeamsAndGroups,
  addAdministration,
  createAuditLog,
  addMakersOfTokens,
  addCredentialGeneration,
  addOrganizationOwners,
];
