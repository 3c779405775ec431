import { declareErrors } from '@sextant/sdk';

export const azureDevopsErrors = declareErrors({
  SEXTANT_CODE_HOST_AZURE_DEVOPS_CREDENTIAL: {
    status: 400,
    summary: 'A connection to Azure DevOps has neither a token nor a Windows user with a password, or an account has not signed in there.',
    fix: 'Give it a personal access token, or a user and a Windows password.',
  },
  SEXTANT_CODE_HOST_AZURE_DEVOPS_READERS: {
    status: 501,
    summary: 'Azure DevOps was asked who may read a repository, which it does not tell.',
    fix: 'Ask for what each account may read.',
  },
});
