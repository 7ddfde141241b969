/** SlackAdapter keeps the promises of every adapter, in a channel and in a direct message. */
import { type AdapterStage, adapterContract } from '../contracts/adapter.ts';
import type { Person } from '../simulators/slack/people/person.ts';
import type { GivenFile } from '../simulators/slack/state/files.ts';
import type { SlackSimulator } from '../simulators/slack/simulator.ts';
import { anAdapter, generousSlack, wholeOf } from './stage.ts';

type Ask = (
  sim: SlackSimulator,
  ada: Person,
  saying: { readonly text: string; readonly files: readonly GivenFile[] },
) => void;

async function open(asks: Ask): Promise<AdapterStage> {
  const sim = await generousSlack();
  const ada = sim.addUser('Ada');
  return {
    adapter: anAdapter(sim).adapter,
    asks: (text, file) =>
      asks(sim, ada, { text, files: file === undefined ? [] : [{ name: 'file.bin', bytes: file }] }),
    reads: () =>
      [...sim.workspace.channels.values()].flatMap(({ id, messages }) =>
        [...messages.keys()].flatMap((ts) =>
          sim
            .seenOfBot(id, ts)
            .filter(({ threadTs }) => threadTs === ts)
            .map(wholeOf),
        ),
      ),
    close: async () => {
      await sim.close();
      sim.assertClean();
    },
  };
}

adapterContract('SlackAdapter in a channel', () =>
  open((sim, ada, { text, files }) => void ada.says(sim.channel('general').id, text, { mention: true, files })),
);
adapterContract('SlackAdapter in a direct message', () =>
  open((_, ada, { text, files }) => void ada.dm(text, { files })),
);
