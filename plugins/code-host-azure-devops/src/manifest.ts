import { definePlugin } from '@sextant/sdk';
import './errors.js';

export default definePlugin({
  id: 'code-host-azure-devops',
  version: '1.0.0',
  title: 'Azure DevOps',
  summary: 'Connects the repositories of Azure DevOps Services and Azure DevOps Server.',
  engines: { kernel: '^1.0.0' },
  toggle: 'default-on',
  parts: { kind: { roles: ['api', 'worker'], load: () => import('./part.js') } },
});
