/** The stage on Discord: the simulator's people, the real discord.js. */
import { readTyped } from '../../src/commands/typed.ts';
import type { Upload } from '../simulators/discord/cdn.ts';
import { jsonOf, listOf } from '../simulators/discord/json.ts';
import type { Invocation, Person } from '../simulators/discord/people.ts';
import type { SeenMessage } from '../simulators/discord/reader.ts';
import { DiscordSimulator, type SimulatorOptions } from '../simulators/discord/simulator.ts';
import { Harness, type HarnessOptions } from './app.ts';
import { type ChangingTalk, nameOf, type Scene, type SceneFile, type Spoilt } from './scene.ts';
import type { ButtonTalk, Pressed, SeenAnswer, SeenReply, Talk } from './stage.ts';

/** Discord lets a bot identify once in five seconds; a restart that came sooner would wait. */
const IDENTIFY_WAIT_MS = 5000;

const POST = 'POST /channels/{channel_id}/messages';
const EDIT = 'PATCH /channels/{channel_id}/messages/{message_id}';

export class DiscordStage implements Scene {
  readonly name = 'Discord';
  readonly discord: DiscordSimulator;
  readonly harness: Harness;
  readonly #people = new Map<string, Person>();

  static async start(options: HarnessOptions = {}, discordOptions: SimulatorOptions = {}): Promise<DiscordStage> {
    const discord = await DiscordSimulator.start(discordOptions);
    const environment = { DISCORD_TOKEN: discord.token, DISCORD_API_URL: discord.apiUrl, ...options.environment };
    try {
      return new DiscordStage(discord, await Harness.start({ ...options, environment }));
    } catch (error) {
      await discord.stop();
      throw error;
    }
  }

  private constructor(discord: DiscordSimulator, harness: Harness) {
    this.discord = discord;
    this.harness = harness;
  }

  person(name: string): Person {
    const known = this.#people.get(name) ?? this.discord.addUser(nameOf(name));
    this.#people.set(name, known);
    return known;
  }

  async open(question: string, as = 'Ada', given: readonly SceneFile[] = []): Promise<DiscordTalk> {
    const files = given.map(uploadOf);
    const message = this.person(as).says(this.discord.channel('general').id, question, { mention: true, files });
    return new DiscordTalk(this, await this.discord.waitForThread(message.id), [
      { id: message.id, as, isMention: true },
    ]);
  }

  async joins(lines: readonly (readonly [string, string])[], question: string, as = 'Ada'): Promise<DiscordTalk> {
    const [[who, what] = [as, ''], ...rest] = lines;
    const general = this.discord.channel('general').id;
    const first = this.person(who).says(general, what);
    const thread = this.person(who).opensThread(general, 'Plans', first.id);
    for (const [by, line] of rest) this.person(by).says(thread, line);
    const talk = new DiscordTalk(this, thread);
    this.mentionsIn(talk, question, as);
    return talk;
  }

  mentionsIn(talk: Talk, question: string, as = 'Ada'): void {
    if (!(talk instanceof DiscordTalk)) throw new Error('this talk is none of Discord');
    const { id } = this.person(as).says(talk.channelId, question, { mention: true });
    talk.said.push({ id, as, isMention: true });
  }

  channel(): DiscordTalk {
    return new DiscordTalk(this, this.discord.channel('general').id);
  }

  asksThere(question: string, as = 'Ada'): void {
    this.person(as).says(this.discord.channel('general').id, question, { mention: true });
  }

  promotes(who: string): void {
    this.discord.allow(this.discord.channel('general').id, this.person(who).id, 'manageChannels', 'manageGuild');
  }

  spoils(how: 'away' | 'forbidden'): Spoilt {
    const refused = { status: 403, body: { message: 'Missing Access', code: 50_001 } };
    const fault = { ...(how === 'away' ? { status: 503 } : refused), times: Number.POSITIVE_INFINITY };
    for (const route of [POST, EDIT]) this.discord.fail(route, fault);
    return {
      mend: () => {
        for (const route of [POST, EDIT]) this.discord.mend(route);
      },
    };
  }

  closesPosts(): Spoilt {
    const tooOften = { message: 'Maximum number of edits to messages older than 1 hour reached.', code: 30_046 };
    this.discord.fail(EDIT, { status: 400, body: tooOften, times: Number.POSITIVE_INFINITY });
    return { mend: () => this.discord.mend(EDIT) };
  }

  async refused(question: string, as = 'Ada'): Promise<{ readonly talk: DiscordTalk; readonly told: string }> {
    const general = this.discord.channel('general').id;
    this.person(as).says(general, question, { mention: true });
    const talk = new DiscordTalk(this, general);
    await this.discord.until(() => this.discord.readsOfBot(this.person(as).dmChannelId).length > 0);
    return { talk, told: await talk.whispered(as) };
  }

  async direct(question: string, as = 'Ada', files: readonly SceneFile[] = []): Promise<DiscordTalk> {
    const { dmChannelId } = this.person(as);
    this.person(as).says(dmChannelId, question, { files: files.map(uploadOf) });
    return this.talk(dmChannelId);
  }

  /** A talk in a place that exists already: a thread, a direct message. */
  talk(channelId: string): DiscordTalk {
    return new DiscordTalk(this, channelId);
  }

  async restart(drainMs?: number): Promise<void> {
    await this.harness.halt(drainMs);
    this.discord.clock.advance(IDENTIFY_WAIT_MS);
    await this.harness.start();
  }

  async stop(): Promise<void> {
    await this.harness.stop();
    await this.discord.stop();
    this.discord.assertClean();
  }
}

/** A message of somebody's in a talk. */
interface Said {
  readonly id: string;
  readonly as: string;
  readonly isMention: boolean;
}

export class DiscordTalk implements ButtonTalk, ChangingTalk {
  readonly #stage: DiscordStage;
  readonly channelId: string;
  readonly said: Said[];
  /** The last command, whose answer may hold choices. */
  #given: Invocation | undefined;

  constructor(stage: DiscordStage, channelId: string, said: readonly Said[] = []) {
    this.#stage = stage;
    this.channelId = channelId;
    this.said = [...said];
  }

  async say(text: string, as = 'Ada', files: readonly Upload[] = []): Promise<void> {
    const { id } = this.#stage.person(as).says(this.channelId, text, { files });
    this.said.push({ id, as, isMention: false });
  }

  edits(nth: number, text: string): void {
    const { id, as, isMention } = this.#nth(nth);
    this.#stage.person(as).edits(id, isMention ? `<@${this.#stage.discord.bot.id}> ${text}` : text);
  }

  deletes(nth: number): void {
    const { id, as } = this.#nth(nth);
    this.#stage.person(as).deletes(id);
  }

  #nth(nth: number): Said {
    const said = this.said[nth];
    if (said === undefined) throw new Error(`nobody said a message ${nth}`);
    return said;
  }

  async command(line: string, as = 'Ada'): Promise<SeenReply> {
    this.#given = await this.#give(line, as);
    return replyOf(await this.#given.answer());
  }

  async ask(line: string, as = 'Ada'): Promise<DiscordTalk> {
    const { id, channelId } = await (await this.#give(line, as)).answer();
    const isHere = this.#stage.discord.channelIsThread(channelId);
    return isHere ? this : new DiscordTalk(this.#stage, await this.#stage.discord.waitForThread(id));
  }

  async pick(label: string): Promise<SeenReply> {
    if (this.#given === undefined) throw new Error('no command was given');
    const pressed = this.#stage.person('Ada').pressesIn(this.#given, label);
    return replyOf(await pressed.change());
  }

  async buttons(): Promise<readonly string[]> {
    const all = this.#stage.discord.readsOfBot(this.channelId).map(labelsOf);
    if (all.slice(0, -1).some((labels) => labels.includes('Stop'))) throw new Error('an old post can be stopped');
    return all.at(-1) ?? [];
  }

  async press(label: string, as = 'Ada'): Promise<Pressed> {
    const posts = this.#stage.discord.readsOfBot(this.channelId);
    const post = posts.findLast((each) => labelsOf(each).includes(label));
    if (post === undefined) throw new Error(`nothing here is labelled ${label}`);
    const pressed = this.#stage.person(as).pressesOn(post.id, label);
    return { told: async () => (await pressed.told()).map(({ content }) => content).join('\n') };
  }

  async fill(label: string, text: string): Promise<SeenReply> {
    if (this.#given === undefined) throw new Error('no command was given');
    const ada = this.#stage.person('Ada');
    const opened = ada.pressesIn(this.#given, label);
    const { fields } = await opened.form();
    const filled = await ada.fillsIn(opened, { [fields[0]?.label ?? '']: text });
    return replyOf(await filled.change());
  }

  async status(): Promise<string> {
    return this.#stage.discord.readsOfBot(this.channelId).at(-1)?.content ?? '';
  }

  async #give(line: string, as: string): Promise<Invocation> {
    const typed = readTyped(line);
    if (typed === undefined) throw new Error(`there is no command ${line}`);
    const { name, values } = typed;
    await this.#stage.discord.until(() => this.#stage.discord.commands.some((command) => command.name === name));
    const given = Object.entries(values).map(([key, value]) => [key, value === 'true' ? true : (value ?? '')] as const);
    return this.#stage.person(as).slash(this.channelId, name, Object.fromEntries(given));
  }

  async answers(): Promise<readonly SeenAnswer[]> {
    const { discord } = this.#stage;
    const answers: SeenAnswer[] = [];
    let above: string | undefined;
    for (const { authorId, content, files } of discord.reads(this.channelId)) {
      // A message of pictures alone belongs to the text that it stands right under.
      const continues = content === '' && above === discord.bot.id && authorId === above;
      const answer = (continues ? answers.pop() : undefined) ?? answerOf(content);
      if (authorId === discord.bot.id) answers.push({ ...answer, pictures: answer.pictures + files.length });
      above = authorId;
    }
    return answers;
  }

  async whispered(as = 'Ada'): Promise<string> {
    const { discord } = this.#stage;
    return discord.readsOfBot(this.#stage.person(as).dmChannelId).at(-1)?.content ?? '';
  }

  async isWaiting(): Promise<boolean> {
    return this.#stage.discord.typing(this.channelId);
  }
}

function uploadOf({ fetched, ...file }: SceneFile): Upload {
  if (fetched === undefined) return file;
  const served: Upload['served'] = (response) => {
    const how = fetched();
    if (how === 'whole') response.end(file.bytes);
    if (how === 'lost') response.destroy();
  };
  return { ...file, served };
}

/** What its buttons say. */
export function labelsOf({ components }: Pick<SeenMessage, 'components'>): readonly string[] {
  const inner = components.flatMap((row) => listOf(jsonOf(row)['components'])).map(jsonOf);
  return inner.map((component) => String(component['label']));
}

function replyOf({ content, files }: SeenMessage): SeenReply {
  return { text: content, files: files.map((file) => ({ name: file.name, text: Buffer.from(file.bytes).toString() })) };
}

function answerOf(content: string): SeenAnswer {
  const links = [...content.matchAll(/\]\(<(https?:[^>]+)>\)/g)].map((match) => match[1] ?? '');
  return { text: content, links, pictures: 0 };
}
