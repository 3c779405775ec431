/** A system of the field, and what belongs to it. A name of a type that ends in `*` stands for all that begin so. */
interface OptionalSystem {
  readonly types: readonly string[];
  /** By the type that they are fields of. */
  readonly fields: Readonly<Record<string, readonly string[]>>;
}

const words = (text: string): readonly string[] => text.trim().split(/\s+/);

/**
 * What clients of the field ask for and an installation may be without. A field counts as not installed while no plugin contributes it: nothing is to be
 * removed here when one does.
 */
export const OPTIONAL_SYSTEMS: Readonly<Record<string, OptionalSystem>> = {
  'Batch changes': {
    types: words(
      'Batch* BulkOperation* Changeset* CreateChangesetSpec* ExternalChangeset* HiddenChangeset* HiddenExternalChangeset* VisibleChangeset*',
    ),
    fields: {
      Query: words(`
        availableBulkOperations batchChange batchChangesCodeHosts batchSpecs checkBatchChangesCredential
        getChangesetsByIDs globalChangesetsStats resolveWorkspacesForBatchSpec`),
      Mutation: words(`
        applyBatchChange cancelBatchSpecExecution cancelBatchSpecWorkspaceExecution closeBatchChange closeChangesets
        createBatchChange createBatchChangesCredential createBatchSpec createBatchSpecFromRaw createChangesetComments
        createChangesetSpec createChangesetSpecs createEmptyBatchChange deleteBatchChange deleteBatchChangesCredential
        deleteBatchSpec detachChangesets enqueueBatchSpecWorkspaceExecution executeBatchSpec mergeChangesets
        moveBatchChange publishChangesets reenqueueChangeset reenqueueChangesets refreshBatchChangesCredential
        replaceBatchSpecInput retryBatchSpecExecution retryBatchSpecWorkspaceExecution syncChangeset
        toggleBatchSpecAutoApply upsertBatchSpecInput upsertEmptyBatchChange`),
      Org: words('batchChanges'),
      Repository: words('batchChanges batchChangesDiffStat changesetsStats'),
      User: words('batchChanges batchChangesCodeHosts'),
    },
  },
  'Code assistant': {
    types: words('Cody* Embeddings* Completions* RepoEmbedding*'),
    fields: {
      Query: words(`
        chatCompletion codyContext codyCurrentUser completions embeddingsMultiSearch embeddingsSearch getCodyContext
        isContextRequiredForChatQuery repoEmbeddingJobs`),
      Mutation: words('recordCodyContext rejectCodyContext scheduleContextDetectionForSearch scheduleRepositoriesForEmbedding'),
      Site: words('codyConfigFeatures codyLLMConfiguration isCodyEnabled requiresVerifiedEmailForCody'),
      User: words('codyProEnabled codyCurrentPeriodChatUsage codySubscription completionsQuotaOverride'),
    },
  },
  'Code insights': {
    types: words('*Insight* Insight*'),
    fields: {
      Query: words(`
        insightAdminBackfillQueue insightSeriesQueryStatus insightsDashboards insightViews previewRepositoriesFromQuery
        searchInsightLivePreview searchInsightPreview validateScopedInsightQuery`),
      Mutation: words(`
        addInsightViewToDashboard createInsightsDashboard createLineChartSearchInsight createPieChartSearchInsight
        deleteInsightsDashboard deleteInsightView moveInsightSeriesBackfillToBackOfQueue
        moveInsightSeriesBackfillToFrontOfQueue removeInsightViewFromDashboard retryInsightSeriesBackfill
        saveInsightAsNewView updateInsightsDashboard updateInsightSeries updateLineChartSearchInsight
        updatePieChartSearchInsight`),
    },
  },
  'Code monitors': {
    types: words('Monitor*'),
    fields: {
      Query: words('monitors'),
      Mutation: words(`
        createCodeMonitor deleteCodeMonitor resetTriggerQueryTimestamps toggleCodeMonitor triggerTestEmailAction
        triggerTestSlackWebhookAction triggerTestWebhookAction updateCodeMonitor`),
      Org: words('monitors'),
      User: words('monitors'),
    },
  },
  'Code navigation': {
    types: words('CodeGraph* CodeIntel* LSIF* LocationConnection PreciseIndex* SymbolUsage* Moniker*'),
    fields: {
      Query: words(`
        codeIntelligenceConfigurationPolicies codeIntelligenceInferenceScript codeIntelSummary indexerKeys lsifIndexes
        lsifIndexesByRepo lsifUploads lsifUploadsByRepo preciseIndexes previewRepositoryFilter
        requestedLanguageSupport usagesForSymbol`),
      Mutation: words(`
        createCodeIntelligenceConfigurationPolicy deleteCodeIntelligenceConfigurationPolicy deleteLSIFIndex
        deleteLSIFUpload deletePreciseIndex deletePreciseIndexes queueAutoIndexJobsForRepo reindexLSIFIndex
        reindexPreciseIndex reindexPreciseIndexes requestLanguageSupport updateCodeIntelligenceConfigurationPolicy
        updateCodeIntelligenceInferenceScript updateRepositoryIndexConfiguration`),
      GitBlob: words('codeGraphData localCodeIntel lsif symbolInfo symbols'),
      GitCommit: words('symbols'),
      GitTree: words('lsif symbols'),
      Repository: words('codeIntelSummary indexConfiguration lsifIndexes lsifUploads preciseIndexes previewGitObjectFilter'),
      TreeEntry: words('lsif symbols'),
    },
  },
  'Code ownership': {
    types: words('Codeowners* Owner Owner* Ownership*'),
    fields: {
      Query: words('codeownersIngestedFiles instanceOwnershipStats ownSignalConfigurations'),
      Mutation: words(`
        addCodeownersFile assignOwner deleteCodeownersFiles removeAssignedOwner removeAssignedTeam assignTeam
        updateCodeownersFile updateOwnSignalConfigurations`),
      GitBlob: words('ownership ownershipStats'),
      GitCommit: words('ownership ownershipStats'),
      GitTree: words('ownership ownershipStats'),
      Repository: words('ingestedCodeowners'),
    },
  },
  'Event logging': {
    types: words('Telemetry* UserEvent EventSource'),
    fields: {
      Mutation: words('logEvent logEvents logUserEvent telemetry'),
      Query: words('telemetry'),
      User: words('eventLogs'),
    },
  },
  Executors: {
    types: words('Executor*'),
    fields: {
      Query: words('areExecutorsConfigured executors executorSecrets'),
      Mutation: words('createExecutorSecret deleteExecutorSecret updateExecutorSecret'),
      Org: words('executorSecrets'),
      User: words('executorSecrets'),
    },
  },
  'Extension registry': {
    types: words('ExtensionRegistry* RegistryExtension*'),
    fields: { Query: words('extensionRegistry viewerConfiguration'), Mutation: words('extensionRegistry') },
  },
  Notebooks: {
    types: words('Notebook* CreateNotebook*'),
    fields: {
      Query: words('notebooks'),
      Mutation: words('createNotebook createNotebookStar deleteNotebook deleteNotebookStar updateNotebook'),
    },
  },
  'Phabricator integration': {
    types: words('Phabricator*'),
    fields: { Query: words('phabricatorRepo'), Mutation: words('addPhabricatorRepo resolvePhabricatorDiff') },
  },
  'Prompt library': {
    types: words('Prompt*'),
    fields: {
      Query: words('prompts promptTags'),
      Mutation: words(`
        changePromptVisibility createPrompt createPromptTag deletePrompt deletePromptTag transferPromptOwnership
        updatePrompt updatePromptTag`),
    },
  },
  'Saved searches': {
    types: words('SavedSearch* SavedSearches*'),
    fields: {
      Query: words('savedSearches'),
      Mutation: words(`
        changeSavedSearchVisibility createSavedSearch deleteSavedSearch sendSavedSearchTestNotification
        transferSavedSearchOwnership updateSavedSearch`),
    },
  },
  'Search contexts': {
    types: words('SearchContext*'),
    fields: {
      Query: words('autoDefinedSearchContexts defaultSearchContext isSearchContextAvailable searchContextBySpec searchContexts'),
      Mutation: words(`
        createSearchContext createSearchContextStar deleteSearchContext deleteSearchContextStar setDefaultSearchContext
        updateSearchContext`),
    },
  },
  'Search jobs': {
    types: words('SearchJob*'),
    fields: {
      Query: words('searchJobs validateSearchJob'),
      Mutation: words('cancelSearchJob createSearchJob deleteSearchJob retrySearchJob'),
    },
  },
  Workflows: {
    types: words('AgenticWorkflow*'),
    fields: { Mutation: words('updateAgenticWorkflowInstanceVariables') },
  },
};
