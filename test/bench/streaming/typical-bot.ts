/**
 * What most bots of this kind do, for comparison: discord.js and @google/genai as their guides show them, a reply that is
 * edited each second with the whole text, a new message every 2,000 characters, history in a Map.
 */
import { type Content, GoogleGenAI } from '@google/genai';
import { Client, Events, GatewayIntentBits, type Message } from 'discord.js';

const MAX_CHARS = 2000;
const EDIT_MS = 1000;
const MAX_HISTORY = 40;

const env = (name: string): string => process.env[name] ?? '';
const httpOptions = { baseUrl: env('COMETAPI_BASE_URL'), apiVersion: 'v1beta' };
const ai = new GoogleGenAI({ apiKey: env('COMETAPI_KEY'), httpOptions });
const { Guilds, GuildMessages, MessageContent } = GatewayIntentBits;
const client = new Client({
  intents: [Guilds, GuildMessages, MessageContent],
  // discord.js itself holds back beyond 50 requests a second; a bot that was granted more says so here.
  rest: { api: env('DISCORD_API_URL'), globalRequestsPerSecond: Number(env('DISCORD_REQUESTS_PER_SECOND')) || 50 },
});
const histories = new Map<string, Content[]>();

/** Keeps a run of messages equal to the text: the last is edited, what does not fit goes into a further one. */
class Answer {
  text = '';
  readonly #question: Message;
  readonly #messages: Message[] = [];
  readonly #shown: string[] = [];
  #writing: Promise<void> | undefined;

  constructor(question: Message) {
    this.#question = question;
  }

  /** Skipped while the last time is still under way. */
  update(): void {
    this.#writing ??= this.write().finally(() => {
      this.#writing = undefined;
    });
  }

  async end(): Promise<void> {
    await this.#writing;
    await this.write();
  }

  async write(): Promise<void> {
    for (let index = 0; index * MAX_CHARS < this.text.length; index++) {
      const part = this.text.slice(index * MAX_CHARS, (index + 1) * MAX_CHARS);
      const message = this.#messages[index];
      if (part === this.#shown[index] || part.trim() === '') continue;
      if (message === undefined) this.#messages[index] = await this.#question.reply(part);
      else await message.edit(part);
      this.#shown[index] = part;
    }
  }
}

async function reply(message: Message): Promise<void> {
  if (message.author.bot || client.user === null || !message.mentions.has(client.user)) return;
  const history = histories.get(message.channelId) ?? [];
  histories.set(message.channelId, history);
  history.push({ role: 'user', parts: [{ text: message.cleanContent }] });
  if (message.channel.isSendable()) await message.channel.sendTyping();
  const answer = new Answer(message);
  const timer = setInterval(() => answer.update(), EDIT_MS);
  try {
    const contents = history.slice(-MAX_HISTORY);
    const config = { tools: [{ googleSearch: {} }] };
    const stream = await ai.models.generateContentStream({ model: 'gemini-3.8-flash', contents, config });
    for await (const chunk of stream) answer.text += chunk.text ?? '';
    history.push({ role: 'model', parts: [{ text: answer.text }] });
  } catch (error) {
    console.error(error);
    answer.text ||= 'Something went wrong.';
  } finally {
    clearInterval(timer);
    await answer.end();
  }
}

client.on(Events.MessageCreate, (message) => void reply(message).catch(console.error));

client.once(Events.ClientReady, () => console.log('ready'));
process.once('SIGTERM', () => process.exit());
await client.login(env('DISCORD_TOKEN'));
