/** Config: every setting with its range; the values and their reasons stand in `config/default.yaml`. */
import { z } from 'zod';
import { SETTING_WORDS, THINKING_DEPTHS } from '../core/conversation.ts';

const whole = (min: number, max: number) => z.int().min(min).max(max);

/** Who may change what holds in a scope. */
const may = z.enum(['anyone', 'managers', 'admins']);

/** Tools that can be switched on, by name. */
const TOOLS = ['current_time'] as const;

const fraction = (min: number, max: number) => z.number().min(min).max(max).exactOptional();

const SAFETY_CATEGORIES = [
  'HARM_CATEGORY_HARASSMENT',
  'HARM_CATEGORY_HATE_SPEECH',
  'HARM_CATEGORY_SEXUALLY_EXPLICIT',
  'HARM_CATEGORY_DANGEROUS_CONTENT',
  'HARM_CATEGORY_CIVIC_INTEGRITY',
] as const;

/** What every request asks for beside its question. */
const requestSchema = z.strictObject({
  includeThoughts: z.boolean(),
  urlContext: z.boolean(),
  maps: z.strictObject({
    latLng: z
      .strictObject({ latitude: z.number().min(-90).max(90), longitude: z.number().min(-180).max(180) })
      .exactOptional(),
    languageCode: z.string().min(2).exactOptional(),
  }),
  safety: z.array(
    z.strictObject({
      category: z.enum(SAFETY_CATEGORIES),
      threshold: z.enum(['BLOCK_LOW_AND_ABOVE', 'BLOCK_MEDIUM_AND_ABOVE', 'BLOCK_ONLY_HIGH', 'BLOCK_NONE', 'OFF']),
    }),
  ),
  sampling: z.strictObject({
    temperature: fraction(0, 2),
    topP: fraction(0, 1),
    topK: whole(1, 1000).exactOptional(),
    seed: z.int().exactOptional(),
    presencePenalty: fraction(-2, 2),
    frequencyPenalty: fraction(-2, 2),
    stopSequences: z.array(z.string().min(1)).max(5).exactOptional(),
  }),
  maxOutputTokens: whole(1, 1_000_000).exactOptional(),
  mediaResolution: z.enum(['LOW', 'MEDIUM', 'HIGH']).exactOptional(),
  images: z
    .strictObject({
      aspectRatio: z.string().exactOptional(),
      imageSize: z.enum(['512', '1K', '2K', '4K']).exactOptional(),
    })
    .exactOptional(),
  json: z.discriminatedUnion('kind', [
    z.strictObject({ kind: z.literal('any') }),
    z.strictObject({ kind: z.enum(['schema', 'json-schema']), schema: z.record(z.string(), z.json()) }),
  ]),
  cachedContent: z.string().startsWith('cachedContents/').exactOptional(),
  delivery: z.enum(['stream', 'whole']).exactOptional(),
  functionCalling: z
    .discriminatedUnion('mode', [
      z.strictObject({ mode: z.literal('AUTO') }),
      z.strictObject({ mode: z.enum(['ANY', 'VALIDATED']), allowed: z.array(z.enum(TOOLS)).min(1).exactOptional() }),
    ])
    .exactOptional(),
});

const ids = z.array(z.coerce.string().min(1));
const accessLists = z.strictObject({ workspaces: ids, channels: ids, roles: ids, people: ids });

/** Who may ask. A list that would let nobody in or keep nobody out, because all are let in anyway, is a fault. */
const accessSchema = z
  .strictObject({
    usually: z.enum(['open', 'closed']),
    directMessages: z.boolean(),
    refusals: z.enum(['told', 'silent']),
    allow: accessLists,
    deny: accessLists,
  })
  .refine(({ usually, allow }) => usually === 'closed' || Object.values(allow).every((list) => list.length === 0), {
    path: ['allow'],
    message: 'must name nobody unless access.usually is closed',
  });

const limit = z.strictObject({
  turns: whole(0, 1_000_000_000).exactOptional(),
  tokens: whole(0, 1_000_000_000_000).exactOptional(),
  usd: fraction(0, 1_000_000_000),
});
const limitsSchema = z.strictObject({
  hour: limit.exactOptional(),
  day: limit.exactOptional(),
  month: limit.exactOptional(),
});

const settingsShape = z.strictObject({
  model: z.strictObject({
    id: z.string().min(1),
    auth: z.enum(['x-goog-api-key', 'bearer']),
    connectMs: whole(100, 60_000),
    firstByteMs: whole(1000, 900_000),
    silenceMs: whole(1000, 900_000),
    totalMs: whole(1000, 3_600_000),
    attempts: whole(1, 10),
    maxRetryWaitMs: whole(0, 120_000),
    maxEventBytes: whole(1_000_000, 268_435_456),
    request: requestSchema,
  }),
  conversation: z.strictObject({
    thinking: z.enum(THINKING_DEPTHS),
    search: z.enum(SETTING_WORDS.search),
    maps: z.enum(SETTING_WORDS.maps),
    code: z.enum(SETTING_WORDS.code),
    language: z.enum(SETTING_WORDS.language),
    thoughts: z.enum(SETTING_WORDS.thoughts),
    replyStyle: z.enum(SETTING_WORDS.replyStyle),
    messageStyle: z.enum(SETTING_WORDS.messageStyle),
    freeTalk: z.enum(SETTING_WORDS.freeTalk),
    footer: z.enum(SETTING_WORDS.footer),
    persona: z.string().regex(/^[\w-]+$/, 'must be the name of a file of config/personas, without .md'),
    historyTokens: whole(0, 1_000_000),
    beforeMessages: whole(0, 100),
    editGraceMs: whole(0, 86_400_000),
    deleteAnswers: z.enum(['keep', 'delete']),
    maxTurns: whole(1, 1000),
    maxWaiting: whole(0, 100),
    resumeMs: whole(0, 86_400_000),
  }),
  steering: z.strictObject({
    may: z.strictObject({ person: may, conversation: may, channel: may, workspace: may }),
    admins: z.array(z.coerce.string().min(1)),
  }),
  access: accessSchema,
  budget: z.strictObject({ person: limitsSchema, channel: limitsSchema, workspace: limitsSchema }),
  privacy: z.strictObject({ retentionDays: whole(0, 3650), workspaces: z.record(z.string(), whole(0, 3650)) }),
  sources: z.strictObject({ resolveMs: whole(0, 30_000) }),
  attachments: z.strictObject({
    maxFiles: whole(0, 20),
    maxFileBytes: whole(1000, 14_000_000),
    maxTotalBytes: whole(1000, 14_000_000),
    maxTextCharacters: whole(1000, 1_000_000),
    maxVideoLinks: whole(0, 10),
    heic: z.boolean(),
    lastMedia: whole(0, 20),
    downloadMs: whole(1000, 120_000),
    keepDays: whole(1, 365),
  }),
  discord: z.strictObject({
    messageContent: z.union([z.boolean(), z.literal('auto')]),
    shards: z.union([whole(1, 1000), z.literal('auto')]),
    catchUpMs: whole(0, 86_400_000),
    maxPosts: whole(1, 50),
    writes: z.strictObject({ limit: whole(1, 50), windowMs: whole(1000, 60_000) }),
    requests: z.strictObject({ limit: whole(1, 1_000_000), windowMs: whole(100, 60_000) }),
  }),
  slack: z.strictObject({
    streams: z.boolean(),
    updateMs: whole(1000, 60_000),
    posts: z.strictObject({ limit: whole(1, 100), windowMs: whole(1000, 60_000) }),
  }),
  http: z.strictObject({
    host: z.string().min(1),
    port: whole(0, 65_535),
    portTries: whole(1, 100),
    metrics: z.enum(['off', 'loopback', 'everyone']),
  }),
  store: z.strictObject({ url: z.string().regex(/^(memory:|sqlite:.+)/, 'must be memory: or sqlite:<file>') }),
  tools: z.array(z.enum(TOOLS)),
  drainMs: whole(0, 600_000),
  log: z.strictObject({ level: z.enum(['debug', 'info', 'warn', 'error']) }),
});

/** Settings as `config/default.yaml` writes them. Unknown keys are faults, and so is forcing a tool that is off. */
export const settingsSchema = settingsShape.refine(
  ({ tools, model: { request } }) =>
    request.functionCalling?.mode === 'AUTO' ||
    (request.functionCalling?.allowed ?? []).every((name) => tools.includes(name)),
  {
    path: ['model', 'request', 'functionCalling', 'allowed'],
    message: 'must name tools that are switched on in tools',
  },
);

/** Secrets and addresses, from the environment alone. */
export interface Secrets {
  readonly cometapiKey?: string;
  readonly cometapiBaseUrl: string;
  readonly discordToken?: string;
  readonly discordApiUrl: string;
  readonly slackBotToken?: string;
  /** One of the two where there is a bot's token: Socket Mode, or requests over HTTP that it signs. */
  readonly slackAppToken?: string;
  readonly slackSigningSecret?: string;
  /** Of an app that several workspaces install; in place of a bot's token, and with the secret that signs. */
  readonly slackClientId?: string;
  readonly slackClientSecret?: string;
  readonly slackRedirectUrl?: string;
  readonly slackApiUrl: string;
}

const tokens = z.int().min(1);
const usd = z.number().min(0);

/** `config/models.yaml`: what is known of each model. */
export const modelsSchema = z.strictObject({
  models: z
    .array(
      z.strictObject({
        id: z.string().min(1),
        aliases: z.array(z.string().min(1)).exactOptional(),
        inputTokens: tokens,
        outputTokens: tokens,
        thinking: z.discriminatedUnion('kind', [
          z.strictObject({
            kind: z.literal('level'),
            levels: z.array(z.enum(['MINIMAL', 'LOW', 'MEDIUM', 'HIGH'])).min(1),
          }),
          z.strictObject({
            kind: z.literal('budget'),
            minTokens: z.int().min(0),
            maxTokens: tokens,
            canBeOff: z.boolean(),
          }),
          z.strictObject({ kind: z.literal('none') }),
        ]),
        reads: z.array(z.enum(['image', 'document', 'audio', 'video'])).exactOptional(),
        output: z.enum(['text', 'text-and-images']).exactOptional(),
        price: z.strictObject({ inputUsd: usd, outputUsd: usd, cachedInputUsd: usd.exactOptional() }).exactOptional(),
        retired: z
          .strictObject({
            on: z
              .string()
              .regex(/^\d{4}-\d{2}(-\d{2})?$/, 'must be a day or month, YYYY-MM-DD or YYYY-MM')
              .exactOptional(),
            successor: z.string(),
          })
          .exactOptional(),
      }),
    )
    .min(1),
});
