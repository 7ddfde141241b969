/** The real model client on the simulator, with waits fit for a test. */
import { loadConfig } from '../../src/config/load.ts';
import { GeminiClient } from '../../src/gemini/client.ts';
import { PinoLog } from '../../src/ops/log.ts';
import type { GeminiSimulator } from '../simulators/gemini/simulator.ts';

const { models } = await loadConfig({});

export const quietLog = new PinoLog({ level: 'silent' });

export function clientOf(gemini: GeminiSimulator): GeminiClient {
  return new GeminiClient({
    baseUrl: gemini.baseUrl,
    apiKey: gemini.apiKey,
    auth: 'x-goog-api-key',
    models,
    timeouts: { connectMs: 2000, firstByteMs: 5000, silenceMs: 5000, totalMs: 20_000 },
    attempts: 3,
    maxRetryWaitMs: 5000,
    maxEventBytes: 16_000_000,
    log: quietLog,
  });
}
