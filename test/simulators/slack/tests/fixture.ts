/** A fresh simulator for each test of a file, found clean after it, and the real @slack/bolt and fetch to drive it. */
import { App, LogLevel, SocketModeReceiver } from '@slack/bolt';
import { afterEach, beforeEach } from 'vitest';
import type { Json } from '../../discord/json.ts';
import type { Person } from '../people/person.ts';
import { SlackSimulator, type SimulatorOptions } from '../simulator.ts';

/** A method's answer, spread out; `status` is HTTP's and `retryAfter` the header. */
export interface ApiAnswer extends Json {
  readonly status: number;
  readonly retryAfter: string | null;
}

export interface Fixture {
  readonly sim: SlackSimulator;
  readonly ada: Person;
  /** The channel everybody is in. */
  readonly general: string;
  /** A call with the bot's token and a JSON body. */
  api(method: string, args?: Json): Promise<ApiAnswer>;
  /** Bolt over Socket Mode, stopped after the test. */
  app(prepare?: (app: App) => void): Promise<App>;
}

/** Bolt writes to the console unless told otherwise; a test that fails on purpose would fill it. */
export const SILENT = {
  debug() {},
  info() {},
  warn() {},
  error() {},
  setLevel() {},
  getLevel: () => LogLevel.ERROR,
  setName() {},
};

export function appOf(sim: SlackSimulator): App {
  const clientOptions = { slackApiUrl: sim.apiUrl, retryConfig: { retries: 0 } };
  const receiver = new SocketModeReceiver({
    appToken: sim.appToken,
    clientPingTimeout: 300,
    logger: SILENT,
    installerOptions: { clientOptions },
  });
  return new App({ token: sim.botToken, receiver, logger: SILENT, clientOptions });
}

export async function callApi(
  sim: SlackSimulator,
  [method, args = {}]: readonly [string, (Json | undefined)?],
  token = sim.botToken,
): Promise<ApiAnswer> {
  const response = await fetch(sim.apiUrl + method, {
    method: 'POST',
    headers: { authorization: `Bearer ${token}`, 'content-type': 'application/json' },
    body: JSON.stringify(args),
  });
  const text = await response.text();
  // Every answer of the API is a JSON object, or else plain text.
  const body = text.startsWith('{') ? (JSON.parse(text) as Json) : { text };
  return { ...body, status: response.status, retryAfter: response.headers.get('retry-after') };
}

export function eachTest(options: SimulatorOptions = {}): () => Fixture {
  let fixture: Fixture | undefined;
  let running: App[] = [];
  beforeEach(async () => {
    const sim = await SlackSimulator.start(options);
    running = [];
    fixture = {
      sim,
      ada: sim.addUser('Ada'),
      general: sim.channel('general').id,
      api: (method, args) => callApi(sim, [method, args]),
      app: async (prepare) => {
        const app = appOf(sim);
        prepare?.(app);
        await app.start();
        running.push(app);
        return app;
      },
    };
  });
  afterEach(async () => {
    for (const app of running) await app.stop();
    await fixture?.sim.close();
    fixture?.sim.assertClean();
  });
  return () => {
    if (!fixture) throw new Error('only inside a test');
    return fixture;
  };
}
