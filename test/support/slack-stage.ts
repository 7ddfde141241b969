/** The stage on Slack: the simulator's people, the real @slack/bolt. */
import { expect } from 'vitest';
import { fieldsOf, listOf, textIn } from '../../src/slack-api/fields.ts';
import type { Person } from '../simulators/slack/people/person.ts';
import { type SimulatorOptions, SlackSimulator } from '../simulators/slack/simulator.ts';
import type { SeenFile, SeenMessage } from '../simulators/slack/people/reader.ts';
import { wholeOf } from '../slack/stage.ts';
import { Harness, type HarnessOptions } from './app.ts';
import type { ButtonTalk, GivenFile, Pressed, SeenAnswer, SeenReply, Stage } from './stage.ts';

/** A test is not worth Slack's advice on how often a message is edited. */
const UPDATE_MS = 50;

export class SlackStage implements Stage {
  readonly name = 'Slack';
  readonly slack: SlackSimulator;
  readonly harness: Harness;
  readonly #locale: string;
  readonly #people = new Map<string, Person>();

  static async start(
    options: HarnessOptions & { readonly locale?: string; readonly transport?: 'socket' | 'http' } = {},
    slackOptions: SimulatorOptions = {},
  ): Promise<SlackStage> {
    const slack = await SlackSimulator.start(slackOptions);
    const { locale = 'en-US', transport = 'socket', configure, ...rest } = options;
    const environment = {
      SLACK_BOT_TOKEN: slack.botToken,
      ...(transport === 'http' ? { SLACK_SIGNING_SECRET: slack.signingSecret } : { SLACK_APP_TOKEN: slack.appToken }),
      SLACK_API_URL: slack.apiUrl,
      ...options.environment,
    };
    const hurried: HarnessOptions['configure'] = (given) => {
      const settings = { ...given, slack: { ...given.slack, updateMs: UPDATE_MS } };
      return configure?.(settings) ?? settings;
    };
    try {
      const harness = await Harness.start({ ...rest, environment, configure: hurried });
      if (transport === 'http') slack.useHttp(`${harness.address}/slack/events`);
      return new SlackStage(slack, harness, locale);
    } catch (error) {
      await slack.close();
      throw error;
    }
  }

  private constructor(slack: SlackSimulator, harness: Harness, locale: string) {
    this.slack = slack;
    this.harness = harness;
    this.#locale = locale;
  }

  person(name: string): Person {
    const known = this.#people.get(name) ?? this.slack.addUser(name, { locale: this.#locale });
    this.#people.set(name, known);
    return known;
  }

  async open(question: string, as = 'Ada', files: readonly GivenFile[] = []): Promise<SlackTalk> {
    const channel = this.slack.channel('general').id;
    const { ts } = this.person(as).says(channel, question, { mention: true, files });
    return new SlackTalk(this, channel, ts);
  }

  async refused(question: string, as = 'Ada'): Promise<{ readonly talk: SlackTalk; readonly told: string }> {
    const channel = this.slack.channel('general').id;
    const person = this.person(as);
    const { ts } = person.says(channel, question, { mention: true });
    const whispers = () => this.slack.seenIn(channel, undefined, person).filter(({ ephemeral }) => ephemeral);
    await this.slack.until(() => whispers().length > 0);
    return { talk: new SlackTalk(this, channel, ts), told: told(whispers().at(-1)) };
  }

  /** Somebody asks the bot alone. */
  async direct(question: string, as = 'Ada', files: readonly GivenFile[] = []): Promise<SlackTalk> {
    const { channel, ts } = this.person(as).dm(question, { files });
    return new SlackTalk(this, channel, ts);
  }

  async restart(drainMs?: number): Promise<void> {
    await this.harness.halt(drainMs);
    await this.harness.start();
  }

  async stop(): Promise<void> {
    await this.harness.stop();
    await this.slack.close();
    this.slack.assertClean();
  }
}

/** A thread. */
export class SlackTalk implements ButtonTalk {
  readonly #stage: SlackStage;
  readonly channel: string;
  readonly thread: string;
  /** The answer to the last command, which may hold choices. */
  #whisper: { readonly ts: string; readonly person: Person } | undefined;

  constructor(stage: SlackStage, channel: string, thread: string) {
    this.#stage = stage;
    this.channel = channel;
    this.thread = thread;
  }

  async say(text: string, as = 'Ada', files: readonly GivenFile[] = []): Promise<void> {
    this.#stage.person(as).says(this.channel, text, { thread: this.thread, files });
  }

  /** In a thread there are no slash commands: they are said to the bot. */
  async command(line: string, as = 'Ada'): Promise<SeenReply> {
    const { slack } = this.#stage;
    const person = this.#stage.person(as);
    const whispers = () => slack.seenIn(this.channel, this.thread, person).filter(({ ephemeral }) => ephemeral);
    const before = whispers().length;
    person.says(this.channel, line, { mention: true, thread: this.thread });
    await slack.until(() => whispers().length > before);
    this.#whisper = { ts: whispers().at(-1)?.ts ?? '', person };
    const text = told(whispers().at(-1));
    // Files come in a message of their own, to the person alone.
    const handed = () => slack.seenOfBot(person.dmChannelId).flatMap(({ files }) => files);
    if (text.includes('as I remember it')) await slack.until(() => handed().length > 0);
    return { text, files: handed().map(fileOf) };
  }

  async ask(line: string, as = 'Ada'): Promise<SlackTalk> {
    this.#stage.person(as).says(this.channel, line, { mention: true, thread: this.thread });
    return this;
  }

  async pick(label: string): Promise<SeenReply> {
    const { ts, person } = this.#whisper ?? expect.fail('no command was given');
    const here = () => this.#stage.slack.seenIn(this.channel, this.thread, person).find((each) => each.ts === ts);
    const before = here()?.versions.length ?? 0;
    const { action, value } = elementIn(here()?.blocks ?? [], label);
    person.presses({ channel: this.channel, ts }, action, { value });
    await this.#stage.slack.until(() => (here()?.versions.length ?? 0) > before);
    return { text: told(here()), files: [] };
  }

  async buttons(): Promise<readonly string[]> {
    const all = this.#stage.slack.seenOfBot(this.channel, this.thread).filter(({ ephemeral }) => !ephemeral);
    const labels = all.map(({ buttons }) => buttons.map(({ text }) => text));
    if (labels.slice(0, -1).some((each) => each.includes('Stop'))) throw new Error('an old post can be stopped');
    return labels.at(-1) ?? [];
  }

  async press(label: string, as = 'Ada'): Promise<Pressed> {
    const { slack } = this.#stage;
    const person = this.#stage.person(as);
    const whispers = () => slack.seenIn(this.channel, this.thread, person).filter(({ ephemeral }) => ephemeral);
    const before = whispers().length;
    const found = slack.seenOfBot(this.channel, this.thread).flatMap(({ ts, buttons, ephemeral }) => {
      const button = buttons.find(({ text }) => text === label);
      return button === undefined || ephemeral ? [] : [{ ts, button }];
    });
    const { ts, button } = found.at(-1) ?? expect.fail(`nothing here is labelled ${label}`);
    const picking = button.value === undefined ? {} : { value: button.value };
    person.presses({ channel: this.channel, ts }, button.actionId, picking);
    return {
      told: async () => {
        await slack.until(() => whispers().length > before);
        return told(whispers().at(-1));
      },
    };
  }

  async fill(label: string, text: string): Promise<SeenReply> {
    const { ts, person } = this.#whisper ?? expect.fail('no command was given');
    const here = () => this.#stage.slack.seenIn(this.channel, this.thread, person).find((each) => each.ts === ts);
    const before = here()?.versions.length ?? 0;
    const { action, value } = elementIn(here()?.blocks ?? [], label);
    person.presses({ channel: this.channel, ts }, action, { value });
    await this.#stage.slack.until(() => person.form !== undefined);
    person.submits({ [action]: text });
    await this.#stage.slack.until(() => (here()?.versions.length ?? 0) > before);
    return { text: told(here()), files: [] };
  }

  async status(): Promise<string> {
    const { slack } = this.#stage;
    return slack.statusIn(this.channel, this.thread) ?? told(slack.seenOfBot(this.channel, this.thread).at(-1));
  }

  async answers(): Promise<readonly SeenAnswer[]> {
    const { slack } = this.#stage;
    const answers: SeenAnswer[] = [];
    let above: string | undefined;
    for (const message of slack.seenIn(this.channel, this.thread, this.#stage.person('Ada'))) {
      if (message.ephemeral) continue;
      const text = wholeOf(message);
      // A message of pictures alone belongs to the text that it stands right under.
      const continues = text === '' && above === slack.bot.id && message.authorId === above;
      const answer = (continues ? answers.pop() : undefined) ?? { text, links: message.links, pictures: 0 };
      if (message.authorId === slack.bot.id)
        answers.push({ ...answer, pictures: answer.pictures + message.files.length });
      above = message.authorId;
    }
    return answers;
  }

  async whispered(as = 'Ada'): Promise<string> {
    const seen = this.#stage.slack.seenIn(this.channel, this.thread, this.#stage.person(as));
    return told(seen.findLast(({ ephemeral }) => ephemeral));
  }

  async isWaiting(): Promise<boolean> {
    return this.#stage.slack.statusIn(this.channel, this.thread) !== undefined;
  }
}

function told(message: SeenMessage | undefined): string {
  return message === undefined ? '' : wholeOf(message).replaceAll('\u200b', '');
}

function fileOf({ name, bytes }: SeenFile): SeenReply['files'][number] {
  return { name, text: Buffer.from(bytes).toString() };
}

/** The button or the option that is labelled so. */
function elementIn(blocks: readonly unknown[], label: string): { readonly action: string; readonly value: string } {
  for (const element of blocks.map(fieldsOf).flatMap((block) => listOf(block['elements'])))
    for (const choice of [element, ...listOf(element['options'])])
      if (textIn(fieldsOf(choice['text']), 'text')?.includes(label) === true)
        return { action: textIn(element, 'action_id') ?? '', value: textIn(choice, 'value') ?? '' };
  throw new Error(`nothing is labelled ${label}`);
}
