/** Recorded payloads of other bots, their ids replaced by the simulator's: each is a mention, a command, or ignored for a named reason. */
import { once } from 'node:events';
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { type Fields, fieldsOf, textIn } from '../../src/slack-api/fields.ts';
import { KeptInbox } from '../contracts/adapter.ts';
import type { SlackSimulator } from '../simulators/slack/simulator.ts';
import { anAdapter, generousSlack } from './stage.ts';

const FOLDER = join(process.env.RECORDED_DIR ?? '', 'slack');
const isThere = process.env.RECORDED_DIR !== undefined && existsSync(FOLDER);

interface Payload {
  readonly name: string;
  readonly fields: Fields;
}

/** What a webhook was sent, by file and name; what their recorder noted beside it is left out. */
function payloadsFor(sim: SlackSimulator): readonly Payload[] {
  return readdirSync(FOLDER).flatMap((file) => {
    const text = readFileSync(join(FOLDER, file), 'utf8');
    const recorded = fieldsOf(JSON.parse(text));
    const bot = textIn(recorded, 'botUserId') ?? '';
    const ours = text
      .replaceAll(bot, sim.bot.id)
      .replaceAll(/"T0[A-Z0-9]+"/gu, `"${sim.workspace.id}"`)
      .replaceAll(/"C0[A-Z0-9]+"/gu, `"${sim.channel('general').id}"`)
      .replaceAll('https://hooks.slack.com', new URL(sim.apiUrl).origin);
    return Object.entries(fieldsOf(JSON.parse(ours)))
      .map(([name, value]) => ({ name: `${file} ${name}`, fields: fieldsOf(value) }))
      .filter(({ fields }) => 'token' in fields);
  });
}

/** As Slack puts it into a request: events as JSON, commands as a form, interactions as JSON in a form. */
function bodyOf(fields: Fields): readonly [body: string, contentType: string] {
  const form = 'application/x-www-form-urlencoded';
  if (fields['type'] === 'event_callback') return [JSON.stringify(fields), 'application/json'];
  if ('command' in fields) {
    const pairs = Object.entries(fields).map(([key, value]) => [key, String(value)]);
    return [new URLSearchParams(pairs).toString(), form];
  }
  return [new URLSearchParams({ payload: JSON.stringify(fields) }).toString(), form];
}

it.skipIf(!isThere)('takes each recorded payload for what it is, and acknowledges it', async () => {
  const sim = await generousSlack();
  const { adapter, log } = anAdapter(sim, { appToken: undefined, signingSecret: sim.signingSecret });
  const server = createServer((request, response) => void adapter.handle(request, response)).listen(0, '127.0.0.1');
  await once(server, 'listening');
  // A server that listens on a port has an address with one.
  const { port } = server.address() as AddressInfo;
  const url = `http://127.0.0.1:${port}/slack/events`;
  const http = sim.useHttp(url);
  const inbox = new KeptInbox();
  await adapter.start(inbox);

  const outcomes = () => [
    ...inbox.mentions.map(({ text, attachments }) => `mention: ${text} ${attachments.length} files`),
    ...inbox.commands.map(({ name }) => `command: ${name}`),
    // What the bot posts comes back to it.
    ...log.lines
      .filter(({ event, fields }) => event === 'slack.ignored' && fields['reason'] !== 'own')
      .map(({ fields }) => `ignored: ${String(fields['reason'])}`),
  ];
  const came: Record<string, string> = {};
  for (const { name, fields } of payloadsFor(sim)) {
    const before = outcomes();
    const { body, headers } = http.sign(...bodyOf(fields));
    expect((await fetch(url, { method: 'POST', body, headers })).status).toBe(200);
    await expect.poll(() => outcomes().length).toBe(before.length + 1);
    const after = outcomes();
    came[name] = after.find((_, at) => after[at] !== before[at]) ?? '';
    for (const { conversation } of inbox.mentions) inbox.followed.add(conversation);
  }
  await adapter.stop();
  await sim.close();
  server.close();

  expect(came).toEqual({
    'dm_slack.json mention': 'mention: Hey 0 files',
    'dm_slack.json dmRequest': 'mention: DM me 0 files',
    'dm_slack.json dmMessage': 'mention: Hey! 0 files',
    'slack.json mention': 'mention: Hey 0 files',
    'slack.json followUp': 'mention: Hi 0 files',
    'slash-commands_slack.json slashCommand': 'command: help',
    'slash-commands_slack.json slashCommandWithArgs': 'mention: some arguments here 0 files',
    'slash-commands_slack.json viewSubmission': 'ignored: not-a-command',
    'streaming_slack.json aiMention': 'mention: AI What is love? 0 files',
    'streaming_slack.json followUp': 'mention: Who are you? 0 files',
    'streaming_slack.json aiMentionWithFile': "mention: [AI] I don't really understand this explanation. 1 files",
    'streaming_slack.json promptMessage': 'ignored: bot',
    'streaming_slack.json buttonAction': 'ignored: not-a-command',
    'streaming_slack.json threadFollowUp': 'ignored: not-addressed',
  });
});
