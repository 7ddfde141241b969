/** SlackAdapter keeps the promises of every adapter, in a channel and in a direct message. */
import { type AdapterStage, adapterContract } from '../contracts/adapter.ts';
import type { Person } from '../simulators/slack/people/person.ts';
import type { SlackSimulator } from '../simulators/slack/simulator.ts';
import { anAdapter, generousSlack, wholeOf } from './stage.ts';

type Ask = (sim: SlackSimulator, ada: Person, text: string) => { readonly channel: string };

async function open(asks: Ask): Promise<AdapterStage> {
  const sim = await generousSlack();
  const ada = sim.addUser('Ada');
  const threads: { readonly channel: string; readonly ts: string }[] = [];
  return {
    adapter: anAdapter(sim).adapter,
    asks: (text) => void asks(sim, ada, text),
    reads: () =>
      [...sim.workspace.channels.values()].flatMap(({ id, messages }) => {
        void threads;
        return [...messages.keys()]
          .flatMap((ts) => sim.seenOfBot(id, ts).filter(({ threadTs }) => threadTs === ts))
          .map(wholeOf);
      }),
    close: async () => {
      await sim.close();
      sim.assertClean();
    },
  };
}

adapterContract('SlackAdapter in a channel', () =>
  open((sim, ada, text) => ada.says(sim.channel('general').id, text, { mention: true })),
);
adapterContract('SlackAdapter in a direct message', () => open((_, ada, text) => ada.dm(text)));
