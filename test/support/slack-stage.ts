/** The stage on Slack: the simulator's people, the real @slack/bolt. */
import { expect } from 'vitest';
import { fieldsOf, listOf, textIn } from '../../src/slack-api/fields.ts';
import type { Person } from '../simulators/slack/people/person.ts';
import { type SimulatorOptions, SlackSimulator } from '../simulators/slack/simulator.ts';
import type { FileFault, StoredFile } from '../simulators/slack/state/model.ts';
import type { SeenFile, SeenMessage } from '../simulators/slack/people/reader.ts';
import { wholeOf } from '../slack/stage.ts';
import { Harness, type HarnessOptions } from './app.ts';
import { type ChangingTalk, nameOf, type Scene, type SceneFile, type Spoilt } from './scene.ts';
import type { ButtonTalk, GivenFile, Pressed, SeenAnswer, SeenReply, Talk } from './stage.ts';

/** A test is not worth Slack's advice on how often a message is edited. */
const UPDATE_MS = 50;

const WRITES = ['chat.postMessage', 'chat.update'];

export class SlackStage implements Scene {
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
    const known = this.#people.get(name) ?? this.slack.addUser(nameOf(name), { locale: this.#locale });
    this.#people.set(name, known);
    return known;
  }

  async open(question: string, as = 'Ada', files: readonly SceneFile[] = []): Promise<SlackTalk> {
    const channel = this.slack.channel('general').id;
    const { ts } = this.person(as).says(channel, question, { mention: true, files });
    this.#serves(files);
    const talk = new SlackTalk(this, channel, ts);
    talk.said.push({ ts, as, isMention: true });
    return talk;
  }

  async joins(lines: readonly (readonly [string, string])[], question: string, as = 'Ada'): Promise<SlackTalk> {
    const [[who, what] = [as, ''], ...rest] = lines;
    const general = this.slack.channel('general').id;
    const { ts } = this.person(who).says(general, what);
    for (const [by, line] of rest) this.person(by).says(general, line, { thread: ts });
    const talk = new SlackTalk(this, general, ts);
    this.mentionsIn(talk, question, as);
    return talk;
  }

  mentionsIn(talk: Talk, question: string, as = 'Ada'): void {
    if (!(talk instanceof SlackTalk)) throw new Error('this talk is none of Slack');
    const { ts } = this.person(as).says(talk.channel, question, { mention: true, thread: talk.thread });
    talk.said.push({ ts, as, isMention: true });
  }

  channel(): SlackChannelTalk {
    return new SlackChannelTalk(this);
  }

  asksThere(question: string, as = 'Ada'): void {
    this.person(as).says(this.slack.channel('general').id, question, { mention: true });
  }

  promotes(who: string): void {
    this.person(who).user.isAdmin = true;
  }

  spoils(how: 'away' | 'forbidden'): Spoilt {
    const fault = how === 'away' ? { status: 503 } : { error: 'restricted_action' };
    for (const method of WRITES) this.slack.fail(method, { ...fault, times: Number.POSITIVE_INFINITY });
    return {
      mend: () => {
        for (const method of WRITES) this.slack.mend(method);
      },
    };
  }

  closesPosts(): Spoilt {
    this.slack.fail('chat.update', { error: 'edit_window_closed', times: Number.POSITIVE_INFINITY });
    return { mend: () => this.slack.mend('chat.update') };
  }

  async refused(question: string, as = 'Ada'): Promise<{ readonly talk: SlackTalk; readonly told: string }> {
    const channel = this.slack.channel('general').id;
    const person = this.person(as);
    const { ts } = person.says(channel, question, { mention: true });
    const whispers = () => this.slack.seenIn(channel, undefined, person).filter(({ ephemeral }) => ephemeral);
    await this.slack.until(() => whispers().length > 0);
    return { talk: new SlackTalk(this, channel, ts), told: told(whispers().at(-1)) };
  }

  /** For the files that were sent last. What is stuck comes in drips, some hundred bytes a second. */
  #serves(given: readonly SceneFile[]): void {
    const { files } = this.slack.workspace;
    for (const [at, stored] of [...files.values()].slice(-given.length).entries()) {
      const fetched = given[at]?.fetched;
      if (fetched !== undefined)
        files.set(
          stored.id,
          faulty(stored, () => FAULTS[fetched()]),
        );
    }
  }

  /** Somebody asks the bot alone. */
  async direct(question: string, as = 'Ada', files: readonly SceneFile[] = []): Promise<SlackTalk> {
    const { channel, ts } = this.person(as).dm(question, { files });
    this.#serves(files);
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

/** A message of somebody's in a talk. */
interface Said {
  readonly ts: string;
  readonly as: string;
  readonly isMention: boolean;
}

/** A thread. */
export class SlackTalk implements ButtonTalk, ChangingTalk {
  readonly #stage: SlackStage;
  readonly channel: string;
  readonly thread: string;
  readonly said: Said[] = [];
  /** The answer to the last command, which may hold choices. */
  #whisper: { readonly ts: string; readonly person: Person } | undefined;

  constructor(stage: SlackStage, channel: string, thread: string) {
    this.#stage = stage;
    this.channel = channel;
    this.thread = thread;
  }

  async say(text: string, as = 'Ada', files: readonly GivenFile[] = []): Promise<void> {
    const { ts } = this.#stage.person(as).says(this.channel, text, { thread: this.thread, files });
    this.said.push({ ts, as, isMention: false });
  }

  edits(nth: number, text: string): void {
    const { ts, as, isMention } = this.#nth(nth);
    const { slack } = this.#stage;
    this.#stage.person(as).edits(this.channel, ts, isMention ? `@${slack.bot.name} ${text}` : text);
  }

  deletes(nth: number): void {
    const { ts, as } = this.#nth(nth);
    this.#stage.person(as).deletes(this.channel, ts);
  }

  #nth(nth: number): Said {
    const said = this.said[nth];
    if (said === undefined) throw new Error(`nobody said a message ${nth}`);
    return said;
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

/** A channel as people use it with the bot: slash commands, questions, and answers that stand in it. */
export class SlackChannelTalk implements Talk {
  readonly #stage: SlackStage;
  readonly #channel: string;

  constructor(stage: SlackStage) {
    this.#stage = stage;
    this.#channel = stage.slack.channel('general').id;
  }

  async say(text: string, as = 'Ada'): Promise<void> {
    this.#stage.person(as).says(this.#channel, text, { mention: true });
  }

  async command(line: string, as = 'Ada'): Promise<SeenReply> {
    const { slack } = this.#stage;
    const person = this.#stage.person(as);
    const handed = () => slack.seenOfBot(person.dmChannelId).flatMap(({ files }) => files);
    const given = person.slash(this.#channel, '/halley', { text: line.replace(/^\//u, '') });
    await slack.until(() => given.reads().length > 0);
    const text = told(given.reads().at(-1));
    if (text.includes('as I remember it')) await slack.until(() => handed().length > 0);
    return { text, files: handed().map(({ name, bytes }) => ({ name, text: Buffer.from(bytes).toString() })) };
  }

  /** The question is shown in the channel, and answered in a thread under it. */
  async ask(line: string, as = 'Ada'): Promise<SlackTalk> {
    const { slack } = this.#stage;
    const before = slack.seenOfBot(this.#channel).length;
    this.#stage.person(as).slash(this.#channel, '/halley', { text: line.replace(/^\//u, '') });
    await slack.until(() => slack.seenOfBot(this.#channel).length > before);
    return new SlackTalk(this.#stage, this.#channel, slack.seenOfBot(this.#channel).at(-1)?.ts ?? '');
  }

  pick(): Promise<SeenReply> {
    throw new Error('choices are picked in threads');
  }

  async status(): Promise<string> {
    return told(this.#stage.slack.seenOfBot(this.#channel).at(-1));
  }

  async answers(): Promise<readonly SeenAnswer[]> {
    const all = this.#stage.slack.seenOfBot(this.#channel).filter(({ ephemeral }) => !ephemeral);
    return all.map((message) => ({ text: told(message), links: message.links, pictures: message.files.length }));
  }

  async whispered(as = 'Ada'): Promise<string> {
    const seen = this.#stage.slack.seenIn(this.#channel, undefined, this.#stage.person(as));
    return told(seen.findLast(({ ephemeral }) => ephemeral));
  }

  async isWaiting(): Promise<boolean> {
    return false;
  }
}

function told(message: SeenMessage | undefined): string {
  return message === undefined ? '' : wholeOf(message).replaceAll('\u200b', '');
}

const FAULTS = { whole: undefined, lost: 'gone', stuck: 'slow' } as const;

/** The same file, whose fault is looked up whenever it is fetched. */
function faulty(file: StoredFile, fault: () => FileFault | undefined): StoredFile {
  return Object.defineProperty({ ...file }, 'fault', { get: fault });
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
