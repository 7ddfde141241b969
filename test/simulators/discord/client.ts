/** The real discord.js client, connected to a simulator the way the bot connects to Discord. */
import { Client, type ClientEvents, type ClientOptions, Events, Partials } from 'discord.js';
import type { DiscordSimulator } from './simulator.ts';

/** Guilds, guild messages, direct messages, message content. */
export const INTENTS = 37_377;

export function clientOf(sim: DiscordSimulator, options: Partial<ClientOptions> = {}): Client {
  return new Client({
    intents: INTENTS,
    partials: [Partials.Channel, Partials.Message],
    allowedMentions: { parse: [], repliedUser: false },
    enforceNonce: true,
    ...options,
    rest: { api: sim.apiUrl, ...options.rest },
  });
}

export async function connected(sim: DiscordSimulator, options: Partial<ClientOptions> = {}): Promise<Client<true>> {
  const client = clientOf(sim, options);
  const ready = new Promise<Client<true>>((resolve) => {
    client.once(Events.ClientReady, resolve);
  });
  await client.login(sim.token);
  return await ready;
}

/** Resolves with the next event of a kind that fits; begin to wait before what causes it. */
export async function next<K extends keyof ClientEvents>(
  client: Client,
  kind: K,
  fits: (...event: ClientEvents[K]) => boolean = () => true,
): Promise<ClientEvents[K]> {
  return await new Promise((resolve) => {
    const look = (...event: ClientEvents[K]) => {
      if (!fits(...event)) return;
      client.off(kind, look);
      resolve(event);
    };
    client.on(kind, look);
  });
}
