/** DiscordAdapter keeps the promises of every adapter, in a channel and in a direct message. */
import { type AdapterStage, adapterContract } from '../contracts/adapter.ts';
import type { Person } from '../simulators/discord/people.ts';
import { DiscordSimulator } from '../simulators/discord/simulator.ts';
import { anAdapter, GENEROUS } from './stage.ts';

async function open(asks: (sim: DiscordSimulator, ada: Person, text: string) => void): Promise<AdapterStage> {
  const sim = await DiscordSimulator.start({ limits: GENEROUS });
  const ada = sim.addUser('Ada');
  return {
    adapter: anAdapter(sim).adapter,
    asks: (text) => asks(sim, ada, text),
    reads: () => [...sim.world.channels.keys()].flatMap((id) => sim.readsOfBot(id)).map((message) => message.content),
    close: async () => {
      await sim.stop();
      sim.assertClean();
    },
  };
}

adapterContract('DiscordAdapter in a channel', () =>
  open((sim, ada, text) => void ada.says(sim.channel('general').id, text, { mention: true })),
);
adapterContract('DiscordAdapter in a direct message', () => open((_, ada, text) => void ada.dm(text)));
