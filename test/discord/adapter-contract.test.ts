/** DiscordAdapter keeps the promises of every adapter, in a channel and in a direct message. */
import { type AdapterStage, adapterContract } from '../contracts/adapter.ts';
import type { Upload } from '../simulators/discord/cdn.ts';
import type { Person } from '../simulators/discord/people.ts';
import { DiscordSimulator } from '../simulators/discord/simulator.ts';
import { anAdapter, GENEROUS } from './stage.ts';

type Ask = (
  sim: DiscordSimulator,
  ada: Person,
  saying: { readonly text: string; readonly files: readonly Upload[] },
) => void;

async function open(asks: Ask): Promise<AdapterStage> {
  const sim = await DiscordSimulator.start({ limits: GENEROUS });
  const ada = sim.addUser('Ada');
  return {
    adapter: anAdapter(sim).adapter,
    asks: (text, file) =>
      asks(sim, ada, { text, files: file === undefined ? [] : [{ name: 'file.bin', bytes: file }] }),
    reads: () => [...sim.world.channels.keys()].flatMap((id) => sim.readsOfBot(id)).map((message) => message.content),
    close: async () => {
      await sim.stop();
      sim.assertClean();
    },
  };
}

adapterContract('DiscordAdapter in a channel', () =>
  open((sim, ada, { text, files }) => void ada.says(sim.channel('general').id, text, { mention: true, files })),
);
adapterContract('DiscordAdapter in a direct message', () =>
  open((_, ada, { text, files }) => void ada.dm(text, { files })),
);
