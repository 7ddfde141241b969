import { expect, it } from 'vitest';
import { eachTest } from '../../simulators/discord/fixture.ts';
import { recordedIn } from './recording.ts';

const now = eachTest();

function asks(name: string, channelId: string) {
  const { id: messageId } = now().ada.says(channelId, `What of ${name}?`, { mention: true });
  return { name, channelId, messageId };
}

async function posts(channelId: string, content: string, replyTo?: string): Promise<string> {
  const reference = replyTo === undefined ? {} : { message_reference: { message_id: replyTo } };
  const { body } = await now().rest(`POST /channels/${channelId}/messages`, { content, ...reference });
  return String(body['id']);
}

function contentsOf(versions: readonly { readonly content: string | undefined }[] | undefined) {
  return versions?.map(({ content }) => content);
}

it('has every version of every message in the order they were accepted', async () => {
  const { general, rest, sim } = now();
  const one = asks('dome-1', general);
  const first = await posts(general, 'a');
  await rest(`PATCH /channels/${general}/messages/${first}`, { content: 'a b' });
  const second = await posts(general, 'c');
  await rest(`PATCH /channels/${general}/messages/${first}`, { content: 'a b.' });
  await rest(`DELETE /channels/${general}/messages/${second}`);
  const versions = recordedIn(sim.world, [one]).versions.get('dome-1') ?? [];
  expect(versions.map(({ post, content }) => [post, content])).toEqual([
    [first, 'a'],
    [first, 'a b'],
    [second, 'c'],
    [first, 'a b.'],
    [second, undefined],
  ]);
});

it('takes everything in the thread of a question for its answer', async () => {
  const { general, sim, rest } = now();
  const [one, two] = [asks('dome-1', general), asks('dome-2', general)];
  await rest(`POST /channels/${general}/messages/${one.messageId}/threads`, { name: 'One' });
  await posts(one.messageId, 'This names none.');
  const { versions, unplaced } = recordedIn(sim.world, [one, two]);
  expect(contentsOf(versions.get('dome-1'))).toEqual(['This names none.']);
  expect(versions.get('dome-2')).toEqual([]);
  expect(unplaced).toEqual([]);
});

it('tells the answers of one channel apart by what they name, then by what they reply to', async () => {
  const { general, sim } = now();
  const [one, two, ten] = [asks('dome-1', general), asks('dome-2', general), asks('dome-10', general)];
  await posts(general, 'On dome-2:', one.messageId);
  await posts(general, 'On dome-10:');
  await posts(general, 'Wait.', one.messageId);
  await posts(general, 'Who?');
  const { versions, unplaced } = recordedIn(sim.world, [one, two, ten]);
  expect(contentsOf(versions.get('dome-1'))).toEqual(['Wait.']);
  expect(contentsOf(versions.get('dome-2'))).toEqual(['On dome-2:']);
  expect(contentsOf(versions.get('dome-10'))).toEqual(['On dome-10:']);
  expect(unplaced).toEqual(['Who?']);
});
