import { createServer } from 'node:http';
import { once } from 'node:events';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { SlackSimulator } from '../simulators/slack/simulator.ts';
import { DiscordSimulator } from '../simulators/discord/simulator.ts';
import { heldAfter, text } from '../simulators/gemini/answers.ts';
import { gate } from '../simulators/gemini/script.ts';
import { GeminiSimulator } from '../simulators/gemini/simulator.ts';
import { Process } from '../support/process.ts';

let folder: string;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'halley-process-'));
});
afterAll(() => rm(folder, { recursive: true, force: true }));

describe('npm start', () => {
  it('without a key exits with 1 and says what to set, and what starts without one', async () => {
    await using bot = new Process('src/main.ts', { STORE_URL: 'memory:' });
    expect(await bot.exit()).toBe(1);
    expect(bot.output).toMatch(/^COMETAPI_KEY is not set: .*`npm run demo`.*\n$/);
  });

  it('with wrong settings exits with 1 and names all of them', async () => {
    await using bot = new Process('src/main.ts', { COMETAPI_KEY: 'k', HTTP_PORT: '-1', LOG_LEVEL: 'loud' });
    expect(await bot.exit()).toBe(1);
    expect(bot.output.trim().split('\n')).toEqual([
      'HTTP_PORT: http.port: must be a number; it is "-1"',
      'LOG_LEVEL: log.level: must be one of debug, info, warn, error; it is "loud"',
    ]);
  });

  it('with a port that is taken exits with 1 and says so', async () => {
    const taken = createServer().listen(0, '127.0.0.1');
    await once(taken, 'listening');
    const address = taken.address();
    const port = typeof address === 'object' ? String(address?.port) : '';
    await using bot = new Process('src/main.ts', { COMETAPI_KEY: 'k', STORE_URL: 'memory:', HTTP_PORT: port });
    expect(await bot.exit()).toBe(1);
    expect(bot.output).toContain('HTTP_PORT');
    taken.close();
  });
});

describe('npm start on Discord', () => {
  let discord: DiscordSimulator;
  let gemini: GeminiSimulator;
  let environment: Record<string, string>;
  beforeEach(async () => {
    discord = await DiscordSimulator.start();
    gemini = await GeminiSimulator.start();
    environment = {
      COMETAPI_KEY: gemini.apiKey,
      COMETAPI_BASE_URL: gemini.baseUrl,
      DISCORD_TOKEN: discord.token,
      DISCORD_API_URL: discord.apiUrl,
      STORE_URL: `sqlite:${join(folder, `${discord.bot.id}.sqlite`)}`,
      HTTP_PORT: '0',
    };
  });
  afterEach(async () => {
    await gemini.stop();
    await discord.stop();
  });

  const aConfig = async (settings: string) => {
    const file = join(folder, `${discord.bot.id}.yaml`);
    await writeFile(file, settings);
    return file;
  };

  const ask = async () => {
    const message = discord.addUser('Ada').says(discord.channel('general').id, 'hello?', { mention: true });
    return discord.waitForThread(message.id);
  };

  it('answers, is ready, and on SIGTERM lets the running answer finish and exits with 0', async () => {
    const hold = gate();
    gemini.next(heldAfter(text('First half, second half.', { chunks: 2 }), 1, hold));
    await using bot = new Process('src/main.ts', environment);
    const [, port] = await bot.says(/"event":"bot\.ready".*"port":(\d+)/);
    expect((await fetch(`http://127.0.0.1:${port}/readyz`)).status).toBe(200);
    const thread = await ask();
    await hold.reached;
    bot.signal('SIGTERM');
    const status = async (): Promise<number> => (await fetch(`http://127.0.0.1:${port}/readyz`)).status;
    await expect.poll(status, { timeout: 10_000 }).toBe(503);
    hold.open();
    expect(await bot.exit()).toBe(0);
    expect(discord.readsOfBot(thread).map((post) => post.content)).toEqual(['First half, second half.']);
    expect(bot.output).not.toContain('half');
  });

  it('ends within its time when Discord goes away and the model does not end', async () => {
    const hold = gate();
    gemini.next(heldAfter(text('Never seen whole.', { chunks: 2 }), 1, hold));
    await using bot = new Process('src/main.ts', { ...environment, HALLEY_CONFIG: await aConfig('drainMs: 300\n') });
    await bot.says(/"event":"bot\.ready"/);
    await ask();
    await hold.reached;
    discord.gateway.close(4000);
    await bot.says(/"event":"discord\.reconnecting"/);
    bot.signal('SIGTERM');
    expect(await bot.exit()).toBe(0);
    hold.open();
  });

  it('on a second signal exits at once, and the next process takes the answer up', async () => {
    const hold = gate();
    gemini.next(heldAfter(text('Never seen whole.', { chunks: 2 }), 1, hold), text('Anew.'));
    await using bot = new Process('src/main.ts', environment);
    await bot.says(/"event":"bot\.ready"/);
    const thread = await ask();
    await hold.reached;
    await discord.until(() => discord.readsOfBot(thread).length === 1);
    bot.signal('SIGTERM');
    bot.signal('SIGINT');
    expect(await bot.exit()).toBe(130);
    discord.clock.advance(5000);
    await using next = new Process('src/main.ts', environment);
    await discord.until(() => discord.readsOfBot(thread)[0]?.content === 'Anew.', { timeoutMs: 10_000 });
    expect(discord.readsOfBot(thread)).toHaveLength(1);
    next.signal('SIGINT');
    expect(await next.exit()).toBe(0);
    hold.open();
  });

  it('with a token that is refused exits with 1 and one sentence', async () => {
    await using bot = new Process('src/main.ts', { ...environment, DISCORD_TOKEN: 'wrong' });
    expect(await bot.exit()).toBe(1);
    expect(bot.output).toContain('DISCORD_TOKEN');
    expect(bot.output).not.toMatch(/ at .*\(/);
  });
});

describe('npm start on Slack', () => {
  let slack: SlackSimulator;
  let environment: Record<string, string>;
  beforeEach(async () => {
    slack = await SlackSimulator.start();
    environment = {
      COMETAPI_KEY: 'none',
      COMETAPI_BASE_URL: slack.apiUrl,
      SLACK_BOT_TOKEN: slack.botToken,
      SLACK_APP_TOKEN: slack.appToken,
      SLACK_API_URL: slack.apiUrl,
      STORE_URL: `sqlite:${join(folder, `${slack.workspace.id}.sqlite`)}`,
      HTTP_PORT: '0',
    };
  });
  afterEach(() => slack.close());

  it.each(['SLACK_BOT_TOKEN', 'SLACK_APP_TOKEN'])(
    'with a %s that is refused exits with 1 and one sentence',
    async (name) => {
      await using bot = new Process('src/main.ts', { ...environment, [name]: 'wrong' });
      expect(await bot.exit()).toBe(1);
      expect(bot.output).toContain(`${name}: Slack does not take this token`);
      expect(bot.output).not.toMatch(/ at .*\(/);
    },
  );

  it('ends with 1 when its token is taken back while it runs', async () => {
    await using bot = new Process('src/main.ts', environment);
    await slack.until(() => slack.sockets.ready.length === 1, { timeoutMs: 20_000 });
    slack.fail('apps.connections.open', { error: 'invalid_auth' });
    slack.sockets.cut();
    expect(await bot.exit()).toBe(1);
  });
});

describe('npm run demo', () => {
  it('takes the next free port, and says plainly that a stand-in answers', async () => {
    const taken = createServer().listen(0, '127.0.0.1');
    await once(taken, 'listening');
    const address = taken.address();
    const port = typeof address === 'object' ? (address?.port ?? 0) : 0;
    await using demo = new Process('test/support/demo.ts', { STORE_URL: 'memory:', HTTP_PORT: String(port) });
    const [, url = ''] = await demo.says(/page: (http:\S+)/);
    await demo.says(/STAND-IN/);
    expect(Number(new URL(url).port)).toBeGreaterThan(port);
    expect(await (await fetch(url)).text()).toContain('stand-in');
    demo.signal('SIGINT');
    expect(await demo.exit()).toBe(0);
    taken.close();
  });

  it('with a key set talks to the service at its address, and says that it does', async () => {
    const gemini = await GeminiSimulator.start();
    const environment = { COMETAPI_KEY: gemini.apiKey, COMETAPI_BASE_URL: gemini.baseUrl, HTTP_PORT: '0' };
    await using demo = new Process('test/support/demo.ts', { ...environment, STORE_URL: 'memory:' });
    await demo.says(/CometAPI answers/);
    expect(demo.output).not.toContain('STAND-IN');
    demo.signal('SIGTERM');
    expect(await demo.exit()).toBe(0);
    await gemini.stop();
  });
});
