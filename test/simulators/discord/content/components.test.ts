/** Messages made of components: what they give up for it, what they never get back, and how much they hold. */
import { describe, expect, it } from 'vitest';
import { eachTest } from '../fixture.ts';

const now = eachTest();
const V2 = 1 << 15;
const display = (content: string) => ({ type: 10, content });

async function posted(body: object): Promise<string> {
  const { rest, general } = now();
  const answer = await rest(`POST /channels/${general}/messages`, body);
  expect(answer.status).toBe(200);
  return `/channels/${general}/messages/${String(answer.body['id'])}`;
}

describe('turning a message into one of components', () => {
  it('wants its text given up in the same edit', async () => {
    const { rest } = now();
    const message = await posted({ content: 'old' });
    const components = [display('new')];
    expect(await rest(`PATCH ${message}`, { flags: V2, components })).toMatchObject({
      status: 400,
      body: { errors: { content: { _errors: [{ code: 'MESSAGE_CANNOT_USE_LEGACY_FIELDS_WITH_COMPONENTS_V2' }] } } },
    });
    expect((await rest(`PATCH ${message}`, { flags: V2, components, content: null })).status).toBe(200);
  });

  it('is for good: the flag stays, and text is refused from then on', async () => {
    const { rest } = now();
    const message = await posted({ flags: V2, components: [display('one')] });
    expect((await rest(`PATCH ${message}`, { flags: 0, components: [display('two')] })).body['flags']).toBe(V2);
    expect((await rest(`PATCH ${message}`, { content: 'text' })).status).toBe(400);
  });

  it('goes neither with a poll nor with stickers', async () => {
    const { rest, general } = now();
    const poll = { question: { text: 'Q' }, answers: [{ poll_media: { text: 'a' } }] };
    const body = { flags: V2, components: [display('x')], poll };
    expect((await rest(`POST /channels/${general}/messages`, body)).body['code']).toBe(50035);
  });
});

describe('its room', () => {
  it.each([
    ['one text of 4,000 characters fits', [display('x'.repeat(4000))], 200],
    ['4,001 over two texts do not', [display('x'.repeat(4000)), display('y')], 400],
    ['39 texts in a container fit', [{ type: 17, components: Array.from({ length: 39 }, () => display('x')) }], 200],
    ['40 in a container are 41', [{ type: 17, components: Array.from({ length: 40 }, () => display('x')) }], 400],
    ['3,386 characters of three bytes fit', [display('語'.repeat(3386))], 200],
    ['3,387 are one too many for Discord, which falls over', [display('語'.repeat(3387))], 500],
  ])('%s', async (_what, components, status) => {
    const { rest, general } = now();
    expect((await rest(`POST /channels/${general}/messages`, { flags: V2, components })).status).toBe(status);
  });
});
