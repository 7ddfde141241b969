/** The stage on Slack: the simulator's people, the real @slack/bolt. */
import type { Person } from '../simulators/slack/people/person.ts';
import { type SimulatorOptions, SlackSimulator } from '../simulators/slack/simulator.ts';
import { wholeOf } from '../slack/stage.ts';
import { Harness, type HarnessOptions } from './app.ts';
import type { SeenAnswer } from './stage.ts';

/** A test is not worth Slack's advice on how often a message is edited. */
const UPDATE_MS = 50;

export class SlackStage {
  readonly name = 'Slack';
  readonly slack: SlackSimulator;
  readonly harness: Harness;
  readonly #locale: string;
  readonly #people = new Map<string, Person>();

  static async start(
    options: HarnessOptions & { readonly locale?: string } = {},
    slackOptions: SimulatorOptions = {},
  ): Promise<SlackStage> {
    const slack = await SlackSimulator.start(slackOptions);
    const { locale = 'en-US', configure, ...rest } = options;
    const environment = {
      SLACK_BOT_TOKEN: slack.botToken,
      SLACK_APP_TOKEN: slack.appToken,
      SLACK_API_URL: slack.apiUrl,
      ...options.environment,
    };
    const hurried: HarnessOptions['configure'] = (given) => {
      const settings = { ...given, slack: { ...given.slack, updateMs: UPDATE_MS } };
      return configure?.(settings) ?? settings;
    };
    try {
      return new SlackStage(slack, await Harness.start({ ...rest, environment, configure: hurried }), locale);
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

  async open(question: string, as = 'Ada'): Promise<SlackTalk> {
    const channel = this.slack.channel('general').id;
    const { ts } = this.person(as).says(channel, question, { mention: true });
    return new SlackTalk(this, channel, ts);
  }

  /** Somebody asks the bot alone. */
  async direct(question: string, as = 'Ada'): Promise<SlackTalk> {
    const { channel, ts } = this.person(as).dm(question);
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
export class SlackTalk {
  readonly #stage: SlackStage;
  readonly channel: string;
  readonly thread: string;

  constructor(stage: SlackStage, channel: string, thread: string) {
    this.#stage = stage;
    this.channel = channel;
    this.thread = thread;
  }

  async say(text: string, as = 'Ada'): Promise<void> {
    this.#stage.person(as).says(this.channel, text, { thread: this.thread });
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

  async isWaiting(): Promise<boolean> {
    return this.#stage.slack.statusIn(this.channel, this.thread) !== undefined;
  }
}
