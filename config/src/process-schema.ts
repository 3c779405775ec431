import { bytes, duration, ROLES, secret, z } from '@sextant/sdk';

/** A host name, with `*.` for all below it, or an address with an optional length of its network. */
const ALLOWED =
  /^(?:(?:\*\.)?[a-z0-9_](?:[a-z0-9_.-]*[a-z0-9_])?|\d{1,3}(?:\.\d{1,3}){3}(?:\/\d{1,2})?|[0-9a-f:.]*:[0-9a-f:.]*(?:\/\d{1,3})?)$/i;

/** What a process needs to know before any plugin: where it listens, where it stores, what it is. */
export const processSchema = z.object({
  dataDir: z
    .string()
    .optional()
    .describe('Folder of everything on disk; default /var/lib/sextant for root, $XDG_DATA_HOME/sextant for others'),
  keysDir: z
    .string()
    .optional()
    .describe('Folder of the key that seals credentials in the database: one for all processes that share it; default: keys in dataDir'),
  roles: z.array(z.enum(ROLES)).optional().describe('What this process does; default: everything'),
  http: z
    .object({
      host: z.string().default('127.0.0.1').describe('Address to listen on. Beyond loopback a credential must exist first'),
      port: z.number().int().min(0).max(65535).default(7080).describe('Port to listen on; 0 takes a free one'),
      pathPrefix: z
        .string()
        .regex(/^(\/[A-Za-z0-9._~-]+)*$/, 'must look like /sextant')
        .default('')
        .describe('Path that Sextant is served under'),
      externalUrl: z.url().optional().describe('Where people reach Sextant; default: the address it listens on'),
      trustProxy: z.boolean().default(false).describe('Take the client address and scheme from X-Forwarded-* headers'),
      hsts: z
        .object({
          enabled: z.boolean().default(true).describe('Send Strict-Transport-Security where the external URL is https'),
          maxAge: duration()
            .default(365 * 86_400_000)
            .describe('How long browsers remember it; 0 makes them forget'),
          includeSubDomains: z.boolean().default(false).describe('It holds for all subdomains of the host as well'),
        })
        .prefault({})
        .describe('Browsers use https alone for this host'),
      rateLimit: z
        .object({
          enabled: z.boolean().default(true).describe('Limit the requests of users and addresses'),
          window: duration()
            .refine((value) => value >= 1_000, { message: 'must be a second at least' })
            .default(60_000)
            .describe('The time within which the limits hold'),
          perUser: z.number().int().min(1).default(30_000).describe('Requests of one signed-in user, by all of their tokens and sessions'),
          perAddress: z.number().int().min(1).default(10_000).describe('Requests from one address by callers who are not signed in'),
          siteAdminFactor: z.number().int().min(1).max(1_000).default(10).describe('How many times as many a site admin may send'),
        })
        .prefault({})
        .describe('Limits of requests to the API. A GraphQL operation counts once more for each 10,000 of its cost')
        .meta({ live: true }),
      maxBody: bytes()
        .default(1024 * 1024)
        .describe('Largest request body, after decompression, of a route that says nothing else'),
      requestTimeout: duration().default(60_000).describe('Longest time of a request, streams aside'),
    })
    .prefault({}),
  internal: z
    .object({
      listen: z.string().optional().describe('host:port or unix:/path where other Sextant processes reach this one'),
      tls: z.object({ ca: z.string(), cert: z.string(), key: z.string() }).optional().describe('Files for mutual TLS between processes'),
    })
    .prefault({}),
  remotes: z
    .object({ git: z.array(z.string()).default([]), search: z.array(z.string()).default([]), index: z.array(z.string()).default([]) })
    .prefault({})
    .describe('Addresses of the processes that hold a role this one does not'),
  database: z
    .object({
      main: secret().optional().describe('PostgreSQL DSN; default: the embedded database'),
      codeintel: secret().optional().describe('DSN of the code intelligence database; default: main'),
      insights: secret().optional().describe('DSN of the insights database; default: main'),
      allowNoPassword: z
        .boolean()
        .default(false)
        .describe('Let others than this machine in although the DSN has no password: the database server proves us by other means'),
      poolSize: z.number().int().min(2).max(500).default(20).describe('Connections of this process to each database'),
      statementTimeout: duration().default(60_000).describe('Longest time of one SQL statement'),
    })
    .prefault({}),
  redis: z.object({ url: secret().optional().describe('Redis for cache, limits and events; default: PostgreSQL') }).prefault({}),
  blobs: z
    .object({
      s3: z
        .object({
          endpoint: z.url().optional(),
          region: z.string().default('us-east-1'),
          bucket: z.string(),
          accessKeyId: secret().optional(),
          secretAccessKey: secret().optional(),
          pathStyle: z.boolean().default(false),
        })
        .optional()
        .describe('S3-compatible storage; default: a folder'),
    })
    .prefault({}),
  log: z
    .object({
      level: z
        .enum(['debug', 'info', 'warn', 'error', 'silent'])
        .default('info')
        .meta({ live: true })
        .describe('Least level that is written'),
      format: z.enum(['auto', 'pretty', 'json']).default('auto').describe('auto: pretty on a terminal'),
    })
    .prefault({}),
  tracing: z
    .object({
      otlpEndpoint: z
        .url({ protocol: /^https?$/ })
        .refine((text) => !URL.canParse(text) || new URL(text).username + new URL(text).password === '', {
          message: 'must not hold a user name or a password: put credentials into tracing.otlpHeaders',
        })
        .optional()
        .describe('OpenTelemetry collector (http://host:4318), by OTLP over HTTP; nothing is recorded or sent without it'),
      otlpHeaders: secret().optional().describe('Headers for the collector: name=value,name=value, values percent-encoded'),
      otlpTimeout: duration()
        .refine((value) => value >= 1, { message: 'must be a millisecond at least' })
        .default(5_000)
        .describe('How long the collector may take to accept what it is sent, retries included; then that is dropped'),
      sampleRatio: z
        .number()
        .min(0)
        .max(1)
        .default(1)
        .describe('Share of traces that is kept, 0 to 1; a caller that asks for a trace, or brings one that is kept, has it anyway'),
      serviceName: z.string().min(1).default('sextant').describe('Name of the service in traces'),
    })
    .prefault({}),
  graphql: z
    .object({
      maxDepth: z.number().int().min(1).default(30).describe('Deepest nesting of a query'),
      maxAliases: z.number().int().min(0).default(100).describe('Most aliases in a query'),
      maxTokens: z.number().int().min(100).default(10_000).describe('Most tokens in a query'),
      maxCost: z.number().int().min(1).default(1_000_000).describe('Most objects a query may ask for; list arguments multiply'),
    })
    .prefault({}),
  outbound: z
    .object({
      allow: z
        .array(z.string().regex(ALLOWED, 'must be a host name, *.domain, an IP address or a network such as 10.2.0.0/16'))
        .default([])
        .describe('Hosts and networks inside that any URL may lead to: git.corp.example, *.corp.example, 10.2.0.0/16'),
      log: z.number().int().min(0).max(1000).default(50).describe('Requests to other servers that are kept for site admins, up to 7 days'),
    })
    .prefault({}),
  jobs: z
    .object({ concurrency: z.number().int().min(1).max(100).default(4).describe('Jobs that run at once in this process') })
    .prefault({}),
  errorBudget: z
    .object({
      errors: z.number().int().min(1).default(20).describe('Errors of one plugin within the window after which it rests'),
      window: duration().default(60_000).describe('The window'),
      rest: duration().default(30_000).describe('How long it rests'),
    })
    .prefault({}),
  runaway: z
    .object({
      loop: duration()
        .default(20_000)
        .describe(
          'Longest time that code may keep the event loop, before the process is started again without its plugin; 0 does not look',
        ),
      memory: bytes()
        .optional()
        .describe(
          'Most memory for JavaScript, buffers included, before that happens; default: nine tenths of what Node.js may take, without buffers',
        ),
    })
    .prefault({}),
  pluginPaths: z
    .array(z.string())
    .default([])
    .meta({ executes: true })
    .describe('Folders of plugins to load; relative ones start at the folder of the file that --config names'),
  pluginPackages: z
    .array(z.string())
    .default([])
    .meta({ executes: true })
    .describe('npm packages of plugins to load, from the folder of the file that --config names and those above, else from the program'),
  plugins: z.record(z.string(), z.unknown()).default({}).describe('Per plugin: false, or its switches and its own configuration'),
});

export type ProcessConfig = z.output<typeof processSchema>;
