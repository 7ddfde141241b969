/** Reads settings from files and environment, checks them, and names the file and key of each fault, all at once. */
import { readdir, readFile } from 'node:fs/promises';
import { fileURLToPath } from 'node:url';
import { parseDocument } from 'yaml';
import type { z } from 'zod';
import { ConfigError } from '../core/errors.ts';
import type { ModelFacts } from '../core/model.ts';
import { modelsSchema, type Secrets, settingsSchema } from './schema.ts';

export type Environment = Readonly<Record<string, string | undefined>>;

export interface Config {
  readonly settings: z.infer<typeof settingsSchema>;
  readonly secrets: Secrets;
  readonly models: readonly ModelFacts[];
  /** Texts of `config/personas`, by name. */
  readonly personas: Readonly<Record<string, string>>;
  /** The operator's own file. */
  readonly file?: string;
}

type Tree = Readonly<Record<string, unknown>>;

/** A layer of settings and what a fault in it is called after. */
interface Layer {
  readonly name: string;
  readonly tree: Tree;
}

const FOLDER = new URL('../../config/', import.meta.url);
const PERSONAS = new URL('personas/', FOLDER);
const DEFAULTS = 'config/default.yaml';
const MODELS = 'config/models.yaml';

/** Environment variables that override one setting, with its path. */
const OVERRIDES: Readonly<Record<string, readonly string[]>> = {
  STORE_URL: ['store', 'url'],
  HTTP_HOST: ['http', 'host'],
  HTTP_PORT: ['http', 'port'],
  LOG_LEVEL: ['log', 'level'],
};

/**
 * The whole configuration.
 * @throws ConfigError naming every fault: the file or variable, the path, what is wrong and what is allowed.
 */
export async function loadConfig(environment: Environment = process.env): Promise<Config> {
  const faults: string[] = [];
  const layers = [await fileLayer(DEFAULTS, new URL('default.yaml', FOLDER), faults)];
  const own = valueOf(environment, 'HALLEY_CONFIG');
  if (own !== undefined) layers.push(await fileLayer(own, own, faults));
  layers.push(...environmentLayers(environment));
  const checked = settingsSchema.safeParse(layers.map((layer) => layer.tree).reduce(merge));
  for (const issue of checked.error?.issues ?? []) faults.push(...faultsOf(issue, layers));
  const list = await fileLayer(MODELS, new URL('models.yaml', FOLDER), faults);
  const models = modelsSchema.safeParse(list.tree);
  for (const issue of models.error?.issues ?? []) faults.push(...faultsOf(issue, [list]));
  const secrets = secretsOf(environment, faults);
  const personas = await personasOf(faults);
  const usual = checked.data?.conversation.persona ?? '';
  if (checked.success && !Object.hasOwn(personas, usual))
    faults.push(`conversation.persona: there is no ${fileURLToPath(new URL(`${usual}.md`, PERSONAS))}`);
  if (!checked.success || !models.success || faults.length > 0) throw new ConfigError(faults);
  const found = { settings: checked.data, secrets, models: models.data.models, personas };
  return own === undefined ? found : { ...found, file: own };
}

async function fileLayer(name: string, file: URL | string, faults: string[]): Promise<Layer> {
  try {
    return { name, tree: parseYaml(await readFile(file, 'utf8')) };
  } catch (error) {
    const reason = error instanceof Error ? error.message.split('\n')[0] : String(error);
    faults.push(`${name}: cannot be read: ${reason}`);
    return { name, tree: {} };
  }
}

/** Ids of platforms are longer than a double holds exactly: such numbers become strings, all others stay numbers. */
function parseYaml(text: string): Tree {
  const document = parseDocument(text, { intAsBigInt: true });
  const [fault] = document.errors;
  if (fault !== undefined) throw fault;
  const value: unknown = document.toJS({
    reviver: (_key: unknown, held: unknown) => (typeof held === 'bigint' ? plainNumber(held) : held),
  });
  if (value === null || value === undefined) return {};
  if (!isTree(value)) throw new Error('it must hold settings by name');
  return value;
}

function plainNumber(value: bigint): number | string {
  return Number.isSafeInteger(Number(value)) ? Number(value) : value.toString();
}

function environmentLayers(environment: Environment): Layer[] {
  return Object.entries(OVERRIDES).flatMap(([variable, path]) => {
    const text = valueOf(environment, variable);
    if (text === undefined) return [];
    const value = /^\d+$/.test(text) ? Number(text) : text;
    const tree = path.reduceRight<unknown>((inner, key) => ({ [key]: inner }), value);
    return [{ name: variable, tree: isTree(tree) ? tree : {} }];
  });
}

/** An empty variable counts as unset: that is how a template's blank line arrives. */
function valueOf(environment: Environment, variable: string): string | undefined {
  return environment[variable] || undefined;
}

function isTree(value: unknown): value is Tree {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

function merge(below: Tree, above: Tree): Tree {
  const merged: Record<string, unknown> = { ...below };
  for (const [key, value] of Object.entries(above)) {
    const under = merged[key];
    merged[key] = isTree(value) && isTree(under) ? merge(under, value) : value;
  }
  return merged;
}

function faultsOf(issue: z.core.$ZodIssue, layers: readonly Layer[]): string[] {
  const paths = issue.code === 'unrecognized_keys' ? issue.keys.map((key) => [...issue.path, key]) : [issue.path];
  return paths.map((path) => {
    const layer = layers.findLast((candidate) => holds(candidate.tree, path)) ?? layers[0];
    return `${layer?.name}: ${path.join('.')}: ${wordsOf(issue, layers, path)}`;
  });
}

function wordsOf(issue: z.core.$ZodIssue, layers: readonly Layer[], path: readonly PropertyKey[]): string {
  const value = layers.map((layer) => at(layer.tree, path)).findLast((held) => held !== undefined);
  const is = value === undefined ? 'it is missing' : `it is ${shown(value)}`;
  switch (issue.code) {
    case 'unrecognized_keys':
      return 'there is no such setting';
    case 'invalid_value':
      return `must be one of ${issue.values.join(', ')}; ${is}`;
    case 'too_small':
      return `must be at least ${issue.minimum}; ${is}`;
    case 'too_big':
      return `must be at most ${issue.maximum}; ${is}`;
    case 'invalid_type':
      return `must be ${issue.expected === 'int' ? 'a whole number' : `a ${issue.expected}`}; ${is}`;
    default:
      return `${issue.message}; ${is}`;
  }
}

/** An address may hold a password, so it is never repeated. */
function shown(value: unknown): string {
  const text = JSON.stringify(value);
  return /:\/\/|@/.test(text) ? 'another address' : text;
}

function at(tree: Tree, path: readonly PropertyKey[]): unknown {
  return path.reduce<unknown>((inner, key) => {
    if (Array.isArray(inner)) return inner[Number(key)];
    return isTree(inner) ? inner[String(key)] : undefined;
  }, tree);
}

function holds(tree: Tree, path: readonly PropertyKey[]): boolean {
  return at(tree, path) !== undefined;
}

function secretsOf(environment: Environment, faults: string[]): Secrets {
  const address = (variable: string, usual: string): string => {
    const text = valueOf(environment, variable) ?? usual;
    if (!URL.canParse(text)) faults.push(`${variable}: must be an address such as ${usual}`);
    return text;
  };
  const cometapiKey = valueOf(environment, 'COMETAPI_KEY');
  const discordToken = valueOf(environment, 'DISCORD_TOKEN');
  return {
    ...(cometapiKey === undefined ? {} : { cometapiKey }),
    ...(discordToken === undefined ? {} : { discordToken }),
    ...slackOf(environment, faults),
    cometapiBaseUrl: address('COMETAPI_BASE_URL', 'https://api.cometapi.com'),
    discordApiUrl: address('DISCORD_API_URL', 'https://discord.com/api'),
    slackApiUrl: address('SLACK_API_URL', 'https://slack.com/api/'),
  };
}

/** What an app has that several workspaces install; undefined where nothing is said of it. */
function sharedSlackOf(environment: Environment, faults: string[]): Partial<Secrets> | undefined {
  const names = ['SLACK_CLIENT_ID', 'SLACK_CLIENT_SECRET', 'SLACK_REDIRECT_URL', 'SLACK_SIGNING_SECRET'] as const;
  const [slackClientId, slackClientSecret, slackRedirectUrl, slackSigningSecret] = names.map((name) =>
    valueOf(environment, name),
  );
  if (slackClientId === undefined && slackClientSecret === undefined && slackRedirectUrl === undefined)
    return undefined;
  for (const name of names)
    if (valueOf(environment, name) === undefined)
      faults.push(`${name}: must be set where several workspaces install the app; it is missing`);
  for (const name of ['SLACK_BOT_TOKEN', 'SLACK_APP_TOKEN'])
    if (valueOf(environment, name) !== undefined)
      faults.push(`${name}: must not be set where several workspaces install the app, each with a token of its own`);
  if (slackRedirectUrl !== undefined && !URL.canParse(slackRedirectUrl))
    faults.push('SLACK_REDIRECT_URL: must be an address such as https://your-host/slack/oauth_redirect');
  if (slackClientId === undefined || slackClientSecret === undefined) return {};
  if (slackRedirectUrl === undefined || slackSigningSecret === undefined) return {};
  return { slackClientId, slackClientSecret, slackRedirectUrl, slackSigningSecret };
}

/** Slack's tokens: the bot's, and either the app's for Socket Mode or the secret that signs requests. */
function slackOf(environment: Environment, faults: string[]): Partial<Secrets> {
  const [slackBotToken, slackAppToken, slackSigningSecret] = [
    valueOf(environment, 'SLACK_BOT_TOKEN'),
    valueOf(environment, 'SLACK_APP_TOKEN'),
    valueOf(environment, 'SLACK_SIGNING_SECRET'),
  ];
  const other = slackAppToken ?? slackSigningSecret;
  const shared = sharedSlackOf(environment, faults);
  if (shared !== undefined) return shared;
  if (slackBotToken === undefined && other !== undefined)
    faults.push('SLACK_BOT_TOKEN: must be set where SLACK_APP_TOKEN or SLACK_SIGNING_SECRET is; it is missing');
  if (slackBotToken !== undefined && other === undefined)
    faults.push(
      'SLACK_APP_TOKEN: must be set where SLACK_BOT_TOKEN is, or SLACK_SIGNING_SECRET for HTTP; it is missing',
    );
  if (slackBotToken === undefined || other === undefined) return {};
  if (slackAppToken !== undefined) return { slackBotToken, slackAppToken };
  return { slackBotToken, slackSigningSecret: other };
}

async function personasOf(faults: string[]): Promise<Readonly<Record<string, string>>> {
  try {
    const names = (await readdir(PERSONAS)).filter((file) => file.endsWith('.md')).sort();
    const texts = names.map(
      async (file) => [file.slice(0, -3), await readFile(new URL(file, PERSONAS), 'utf8')] as const,
    );
    return Object.fromEntries(await Promise.all(texts));
  } catch (error) {
    faults.push(
      `${fileURLToPath(PERSONAS)}: cannot be read: ${error instanceof Error ? error.message : String(error)}`,
    );
    return {};
  }
}
