/** Slack as the bot is killed on it: a channel, whose answers are posted and edited, and a direct message, where they are streamed. */
import { conversationIdOf } from '../../src/core/conversation.ts';
import type { Person } from '../simulators/slack/people/person.ts';
import type { SlackSimulator } from '../simulators/slack/simulator.ts';
import { generousSlack, wholeOf } from '../slack/stage.ts';
import type { Asked, Kind, Scene } from './scene.ts';

/** Slack waits so long for word of what it sent before it sends it again. */
const ACK_MS = 3000;

export class SlackScene implements Scene {
  readonly kinds = ['opens', 'follows', 'direct', 'long', 'tool'] as const;
  // A message is edited once a second.
  readonly paceMs = 160;
  readonly caughtUp = /"event":"bot\.ready"/;
  readonly #slack: SlackSimulator;
  readonly #ada: Person;
  #thread: string | undefined;

  static async open(): Promise<SlackScene> {
    return new SlackScene(await generousSlack({ checked: false }));
  }

  private constructor(slack: SlackSimulator) {
    this.#slack = slack;
    this.#ada = slack.addUser('Ada');
  }

  get environment() {
    const { botToken, appToken, apiUrl } = this.#slack;
    return { SLACK_BOT_TOKEN: botToken, SLACK_APP_TOKEN: appToken, SLACK_API_URL: apiUrl };
  }

  async restarts(): Promise<void> {
    await this.#slack.until(() => this.#slack.sockets.ready.length === 0);
    this.#slack.clock.advance(ACK_MS);
  }

  async started(): Promise<void> {}

  async ask(kind: Kind, question: string): Promise<Asked> {
    const slack = this.#slack;
    const general = slack.channel('general').id;
    const isDirect = kind === 'direct';
    const channel = isDirect ? this.#ada.dmChannelId : general;
    const under = kind === 'opens' || isDirect ? undefined : this.#thread;
    const from = under === undefined ? 0 : slack.seenOfBot(channel, under).length;
    const sent = slack.deliveries.length;
    const { ts } = this.#ada.says(channel, question, {
      mention: !isDirect,
      ...(under === undefined ? {} : { thread: under }),
    });
    const thread = under ?? ts;
    if (!isDirect) this.#thread = thread;
    const posts = () => slack.seenOfBot(channel, thread).slice(from);
    const team = slack.workspace.id;
    const wrong = () =>
      posts().flatMap(({ stream }) =>
        stream === undefined || stream === 'completed' ? [] : [`a stream is ${stream}`],
      );
    return {
      mention: `slack:${team}/${channel}/${ts}`,
      conversation: conversationIdOf({ platform: 'slack', workspace: team, channel, thread }),
      isOwed: slack.deliveries.length > sent,
      posts: async () => posts().map(wholeOf),
      faults: () => [
        ...wrong(),
        ...(slack.statusIn(channel, thread) === undefined ? [] : ['a status is left']),
        ...(slack.seenOfBot(channel).length > 0 ? ['an answer stands beside its thread'] : []),
      ],
    };
  }

  async stop(): Promise<void> {
    await this.#slack.close();
  }
}
