import { mkdtemp, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { loadConfig } from '../../src/config/load.ts';
import { ConfigError } from '../../src/core/errors.ts';

async function aFile(text: string): Promise<string> {
  const file = join(await mkdtemp(join(tmpdir(), 'halley-config-')), 'own.yaml');
  await writeFile(file, text);
  return file;
}

async function faultsOf(environment: Record<string, string>): Promise<readonly string[]> {
  const error = await loadConfig(environment).then(
    () => undefined,
    (thrown: unknown) => thrown,
  );
  if (!(error instanceof ConfigError)) throw new Error('the configuration was accepted');
  return error.faults;
}

describe('loadConfig', () => {
  it('reads the defaults where nothing else is said', async () => {
    const { settings, secrets, personas } = await loadConfig({});
    expect(settings.model.id).toBe('gemini-3.8-flash');
    expect(settings.conversation).toMatchObject({ thinking: 'auto', search: 'off', language: 'auto' });
    expect(secrets).toEqual({
      cometapiBaseUrl: 'https://api.cometapi.com',
      discordApiUrl: 'https://discord.com/api',
      slackApiUrl: 'https://slack.com/api/',
    });
    expect(personas['default']).toContain('Halley');
    expect(Object.keys(personas)).toContain('brief');
  });

  it('lays an own file over the defaults, setting by setting', async () => {
    const own = await aFile('conversation:\n  thinking: high\ndrainMs: 5\n');
    const { settings } = await loadConfig({ HALLEY_CONFIG: own });
    expect(settings.conversation.thinking).toBe('high');
    expect(settings.conversation.maxWaiting).toBe(5);
    expect(settings.drainMs).toBe(5);
  });

  it('lets the environment override addresses, and takes an empty variable for an unset one', async () => {
    const { settings } = await loadConfig({ HTTP_PORT: '0', STORE_URL: 'memory:', HTTP_HOST: '' });
    expect(settings.http).toMatchObject({ port: 0, host: '127.0.0.1' });
    expect(settings.store.url).toBe('memory:');
  });

  it('takes the tokens of Slack together, for a socket or for HTTP, and names the one that is missing', async () => {
    const bot = { SLACK_BOT_TOKEN: 'xoxb-1', SLACK_SIGNING_SECRET: 's' };
    const { secrets } = await loadConfig({ ...bot, SLACK_APP_TOKEN: 'xapp-1' });
    expect(secrets).toMatchObject({ slackBotToken: 'xoxb-1', slackAppToken: 'xapp-1' });
    expect(secrets).not.toHaveProperty('slackSigningSecret');
    expect((await loadConfig(bot)).secrets).toMatchObject({ slackBotToken: 'xoxb-1', slackSigningSecret: 's' });
    expect(await faultsOf({ SLACK_BOT_TOKEN: 'xoxb-1' })).toEqual([
      expect.stringMatching(/^SLACK_APP_TOKEN: must be set/),
    ]);
    expect(await faultsOf({ SLACK_APP_TOKEN: 'x' })).toEqual([expect.stringMatching(/^SLACK_BOT_TOKEN: must be set/)]);
  });

  it('names every fault at once: the file or variable, the path, the allowed values', async () => {
    const own = await aFile('model:\n  attempts: 99\n  idd: x\nconversation:\n  thinking: deep\n  maxTurns: many\n');
    expect(await faultsOf({ HALLEY_CONFIG: own, HTTP_PORT: '70000', COMETAPI_BASE_URL: 'comet' })).toEqual([
      `${own}: model.attempts: must be at most 10; it is 99`,
      `${own}: model.idd: there is no such setting`,
      `${own}: conversation.thinking: must be one of auto, off, minimal, low, medium, high; it is "deep"`,
      `${own}: conversation.maxTurns: must be a number; it is "many"`,
      'HTTP_PORT: http.port: must be at most 65535; it is 70000',
      'COMETAPI_BASE_URL: must be an address such as https://api.cometapi.com',
    ]);
  });

  it('takes what every request may ask for beside its question, and names a tool that is forced and switched off', async () => {
    const request = (calling: string) =>
      aFile(`model:\n  request:\n    delivery: whole\n    functionCalling: ${calling}\ntools: []\n`);
    const { settings } = await loadConfig({ HALLEY_CONFIG: await request('{ mode: VALIDATED }') });
    expect(settings.model.request).toMatchObject({ delivery: 'whole', functionCalling: { mode: 'VALIDATED' } });
    const forced = await request('{ mode: ANY, allowed: [current_time] }');
    expect(await faultsOf({ HALLEY_CONFIG: forced })).toEqual([
      expect.stringContaining('model.request.functionCalling.allowed: must name tools that are switched on in tools'),
    ]);
    const free = await request('{ mode: AUTO, allowed: [current_time] }');
    expect((await faultsOf({ HALLEY_CONFIG: free }))[0]).toContain('functionCalling.allowed: there is no such setting');
  });

  it('names a file that is missing, is not YAML, or holds a list', async () => {
    expect(await faultsOf({ HALLEY_CONFIG: '/nowhere.yaml' })).toEqual([
      expect.stringMatching(/^\/nowhere\.yaml: cannot be read: ENOENT/),
    ]);
    const broken = await aFile('model: [');
    expect((await faultsOf({ HALLEY_CONFIG: broken }))[0]).toContain(`${broken}: cannot be read:`);
    const list = await aFile('- a\n');
    expect(await faultsOf({ HALLEY_CONFIG: list })).toEqual([`${list}: cannot be read: it must hold settings by name`]);
  });

  it('keeps a platform id exact although it is longer than a double holds', async () => {
    const own = await aFile('conversation:\n  maxTurns: 1234567890123456789\n');
    expect(await faultsOf({ HALLEY_CONFIG: own })).toEqual([
      `${own}: conversation.maxTurns: must be a number; it is "1234567890123456789"`,
    ]);
  });

  it('never repeats an address, which may hold a password', async () => {
    expect(await faultsOf({ STORE_URL: 'redis://user:secret@host' })).toEqual([
      'STORE_URL: store.url: must be memory: or sqlite:<file>; it is another address',
    ]);
  });

  it('names a persona that does not exist', async () => {
    const own = await aFile('conversation:\n  persona: pirate\n');
    expect(await faultsOf({ HALLEY_CONFIG: own })).toEqual([
      expect.stringContaining('conversation.persona: there is no'),
    ]);
  });
});
