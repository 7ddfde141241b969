/** `npm run demo`: the page with the real client, engine, renderer and store; without a key a stand-in model answers. */
import { startApp } from '../../src/app.ts';
import { loadConfig } from '../../src/config/load.ts';
import { ConfigError } from '../../src/core/errors.ts';
import { PinoLog } from '../../src/ops/log.ts';
import { demoAnswer } from '../simulators/gemini/demo.ts';
import { GeminiSimulator } from '../simulators/gemini/simulator.ts';

/** Ports tried, counting up, when the page's own is taken. */
const PORT_TRIES = 50;

async function demo(): Promise<void> {
  const { DISCORD_TOKEN: _, ...environment } = process.env;
  const config = await loadConfig({ STORE_URL: 'sqlite:data/demo.sqlite', LOG_LEVEL: 'warn', ...environment });
  const key = config.secrets.cometapiKey;
  const standIn =
    key === undefined
      ? await GeminiSimulator.start({ dialect: 'comet', models: [config.settings.model.id] })
      : undefined;
  standIn?.otherwise(demoAnswer);
  const app = await startApp({
    config: {
      ...config,
      settings: { ...config.settings, http: { ...config.settings.http, portTries: PORT_TRIES } },
      secrets: { ...config.secrets, ...(standIn === undefined ? {} : { cometapiBaseUrl: standIn.baseUrl }) },
    },
    apiKey: key ?? standIn?.apiKey ?? '',
    standIn: standIn !== undefined,
    log: new PinoLog({ level: config.settings.log.level }),
  });

  const stop = async (): Promise<void> => {
    await app.stop(config.settings.drainMs);
    await standIn?.stop();
  };
  for (const signal of ['SIGINT', 'SIGTERM'] as const) {
    process.once(signal, () => {
      process.once(signal, () => process.exit(130));
      void stop();
    });
  }

  const { host, port } = app.address;
  process.stdout.write(`Halley's page: http://${host}:${port}\n`);
  process.stdout.write(
    standIn === undefined
      ? `CometAPI answers, with ${config.settings.model.id}.\n`
      : 'A STAND-IN answers, not a model: what it says is made up. Set COMETAPI_KEY to talk to Gemini.\n',
  );
  process.stdout.write('Ctrl+C ends it.\n');
}

try {
  await demo();
} catch (error) {
  process.stderr.write(`${error instanceof ConfigError ? error.faults.join('\n') : String(error)}\n`);
  process.exit(1);
}
