import { z } from '@sextant/sdk';

/** Settings that clients of every kind read: the web app, editors, command lines. Plugins add theirs at `site.settings-schemas@1`. */
export const settingsSchema = z.object({
  'alerts.hideObservabilitySiteAlerts': z.boolean().default(true).describe('Do not show alerts of the monitoring to site admins'),
  'alerts.showMajorMinorUpdates': z.boolean().default(true).describe('Tell site admins about new releases'),
  'alerts.showPatchUpdates': z.boolean().default(true).describe('Tell site admins about new patch releases'),
  experimentalFeatures: z.record(z.string(), z.unknown()).default({}).describe('Switches of features that are not final'),
  notices: z
    .array(
      z.object({
        location: z.enum(['home', 'top']),
        message: z.string(),
        dismissible: z.boolean().optional(),
        variant: z.string().optional(),
      }),
    )
    .nullable()
    .default(null)
    .describe('Notices at the top of pages; Markdown'),
  openInEditor: z.record(z.string(), z.unknown()).default({}).describe('Which editor files are opened in, and where projects lie'),
  'search.contextLines': z.number().int().min(0).max(100).default(1).describe('Lines shown around a match'),
  'search.defaultCaseSensitive': z.boolean().default(false).describe('Patterns match case unless the query says otherwise'),
  'search.defaultMode': z.enum(['precise', 'smart']).nullable().default(null).describe('How the search box treats a query'),
  'search.defaultPatternType': z
    .enum(['standard', 'literal', 'regexp', 'keyword', 'structural'])
    .nullable()
    .default(null)
    .describe('How patterns are read unless the query says otherwise'),
  'search.displayLimit': z.number().int().min(1).max(100_000).default(1500).describe('Results shown at most'),
  'search.includeArchived': z.boolean().default(false).describe('Search archived repositories too'),
  'search.includeForks': z.boolean().default(false).describe('Search forks too'),
  'search.scopes': z
    .array(z.object({ name: z.string(), value: z.string(), description: z.string().optional() }))
    .nullable()
    .default(null)
    .describe('Parts of queries that are offered beside the search box'),
});
