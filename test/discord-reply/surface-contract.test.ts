/** DiscordSurface keeps the promises of every surface, in place, in a thread of its own and in text displays. */
import type { ReplyAddress } from '../../src/core/inbound.ts';
import { type SurfaceStage, surfaceContract } from '../contracts/surface.ts';
import { DiscordSimulator } from '../simulators/discord/simulator.ts';
import { anAdapter, GENEROUS } from '../discord/stage.ts';

async function open(change: Partial<ReplyAddress>): Promise<SurfaceStage> {
  const sim = await DiscordSimulator.start({ limits: GENEROUS });
  const channel = sim.channel('general').id;
  const question = sim.addUser('Ada').says(channel, 'why?', { mention: true });
  const { adapter } = anAdapter(sim);
  const answers = () => sim.readsOfBot(change.openThread === undefined ? channel : question.id);
  return {
    surface: (standing) => adapter.surface({ platform: 'discord', channel, message: question.id, ...change }, standing),
    reads: () => answers().flatMap(({ content }) => (content === '' ? [] : [content])),
    pictures: () => answers().flatMap(({ files }) => files.map((file) => Buffer.from(file.bytes))),
    seen: () => answers().flatMap((message) => message.versions.map((version) => version.content)),
    close: async () => {
      await adapter.stop();
      await sim.stop();
      sim.assertClean();
    },
  };
}

surfaceContract('DiscordSurface in place', () => open({}));
surfaceContract('DiscordSurface in a thread', () => open({ openThread: 'why?' }));
surfaceContract('DiscordSurface in text displays', () => open({ messageStyle: 'display' }));
