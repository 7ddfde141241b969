/** SlackSurface keeps the promises of every surface: edited in a channel, streamed in a direct message. */
import type { ReplyAddress } from '../../src/core/inbound.ts';
import { type SurfaceStage, surfaceContract } from '../contracts/surface.ts';
import type { Person } from '../simulators/slack/people/person.ts';
import type { SlackSimulator } from '../simulators/slack/simulator.ts';
import { anAdapter, generousSlack, wholeOf } from '../slack/stage.ts';

interface Asked {
  readonly channel: string;
  readonly ts: string;
}

async function open(ask: (sim: SlackSimulator, ada: Person) => Asked, streams = true): Promise<SurfaceStage> {
  const sim = await generousSlack();
  const ada = sim.addUser('Ada');
  const { channel, ts } = ask(sim, ada);
  const { adapter } = anAdapter(sim, { streams });
  const address: ReplyAddress = { platform: 'slack', workspace: sim.workspace.id, channel, message: ts, thread: ts };
  const answers = () => sim.seenOfBot(channel, ts, ada);
  return {
    surface: (standing) => adapter.surface(address, standing),
    reads: () =>
      answers()
        .map(wholeOf)
        .filter((text) => text !== ''),
    pictures: () => answers().flatMap(({ files }) => files.map((file) => Buffer.from(file.bytes))),
    seen: () => answers().flatMap((message) => message.versions.map((version) => version.text)),
    close: async () => {
      await adapter.stop();
      await sim.close();
      sim.assertClean();
    },
  };
}

const inChannel = (sim: SlackSimulator, ada: Person) => ada.says(sim.channel('general').id, 'why?', { mention: true });

surfaceContract('SlackSurface in a channel', () => open(inChannel));
surfaceContract('SlackSurface in a direct message', () => open((_, ada) => ada.dm('why?')));
surfaceContract('SlackSurface in a direct message that is not streamed', () => open((_, ada) => ada.dm('why?'), false));
