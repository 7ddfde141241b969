/**
 * What is said about settings, flags and commands. A language is one value of `SteeringSentences`, which does not compile
 * until it has a sentence for every setting and scope.
 */
import type { Language, Scope, Settings } from '../core/conversation.ts';
import type { Limit, Period, Spend } from '../core/model.ts';
import { restsOf } from '../models/spend.ts';
import { POLISH } from './polish.ts';
import type { Origin } from './settings.ts';

/** A setting with a value, and for whom it holds. Values come fit to stand in a sentence. */
interface Held {
  readonly name: string;
  readonly value: string;
  readonly from: Origin;
}

export interface SteeringSentences {
  readonly settings: Readonly<Record<keyof Settings, string>>;
  readonly origins: Readonly<Record<Origin, string>>;
  readonly holds: (held: Held) => string;
  readonly set: (held: Held) => string;
  /** Put behind `set` where a narrower scope decides for this person. */
  readonly decidedBy: (held: Held) => string;
  readonly heading: string;
  readonly change: string;
  readonly newValue: (setting: string) => string;
  readonly forWhom: string;
  readonly usual: string;
  /** Of a button, 80 characters at most. */
  readonly ownWords: string;
  readonly takes: (name: string, value: string, choices: string) => string;
  readonly orTokens: string;
  readonly noSuchFlag: (flag: string, choices: string) => string;
  readonly takesNoBudget: (model: string) => string;
  readonly noPersonaText: string;
  readonly mayNot: (scope: Scope) => string;
  readonly mayNotSee: string;
  readonly noConversation: string;
  readonly whatToAsk: string;
  readonly forgotten: (turns: number) => string;
  readonly forgottenMe: (turns: number) => string;
  /** Put behind it where the person has limits. */
  readonly countsStay: string;
  readonly exported: (turns: number) => string;
  readonly nothingToExport: string;
  readonly used: (whose: string) => string;
  readonly periods: Readonly<Record<Period, string>>;
  /** A limit, and what is left of it. */
  readonly limited: (limit: Limit, spend: Spend | undefined) => string;
  readonly spend: (spend: Spend) => string;
  readonly nothingUsed: string;
  /** Twelve lines at most. */
  readonly help: readonly string[];
  readonly about: (facts: AboutFacts) => readonly string[];
  readonly footer: (facts: FooterFacts) => string;
}

export interface AboutFacts {
  readonly model: string;
  readonly version: string;
  /** Turns kept of a conversation. */
  readonly maxTurns: number;
  readonly hearsOnlyMentions: boolean;
}

export interface FooterFacts {
  readonly model: string;
  readonly spend: Spend;
  readonly seconds: number;
}

const count = new Intl.NumberFormat('en-GB');
const dollars = new Intl.NumberFormat('en-GB', { style: 'currency', currency: 'USD', maximumSignificantDigits: 2 });

function turnsOf(turns: number): string {
  return `${count.format(turns)} ${turns === 1 ? 'turn' : 'turns'}`;
}

function costOf({ usd, turns, unpricedTurns }: Spend): string {
  if (unpricedTurns === turns) return 'cost unknown';
  return `${unpricedTurns > 0 ? 'about ' : ''}${dollars.format(usd)}`;
}

const ENGLISH: SteeringSentences = {
  settings: {
    model: 'Model',
    thinking: 'Thinking',
    search: 'Google Search',
    maps: 'Google Maps',
    code: 'Running code',
    persona: 'Persona',
    language: 'My language',
    thoughts: 'Showing thoughts',
    replyStyle: 'Where I answer',
    messageStyle: 'Kind of message',
    freeTalk: 'Free talk in threads',
    footer: 'Line under answers',
  },
  origins: {
    message: 'for this message',
    person: 'for you',
    conversation: 'in this conversation',
    channel: 'in this channel',
    workspace: 'everywhere here',
    default: 'as usual',
  },
  holds: ({ name, value, from }) => `${name}: ${value} (${ENGLISH.origins[from]}).`,
  set: ({ name, value, from }) => `${name} is now set to ${value} ${ENGLISH.origins[from]}.`,
  decidedBy: ({ value, from }) => `Where you are, ${value} still holds, which is set ${ENGLISH.origins[from]}.`,
  heading: 'What holds here for you:',
  change: 'Change a setting',
  newValue: (setting) => `${setting}: choose`,
  forWhom: 'For whom',
  usual: 'default',
  ownWords: 'Own words…',
  takes: (name, value, choices) => `${name} takes ${choices}${value === '' ? '' : `, not “${value}”`}.`,
  orTokens: 'a number of tokens',
  noSuchFlag: (flag, choices) => `There is no ${flag}. Did you mean ${choices}?`,
  takesNoBudget: (model) => `${model} takes no number of tokens for thinking, only a depth.`,
  noPersonaText: 'A persona has 1 to 4000 characters.',
  mayNot: (scope) => `You may not change what holds ${ENGLISH.origins[scope]}. Those who manage it may.`,
  mayNotSee: 'Only those who manage it may see that.',
  noConversation:
    'Here each question opens a conversation of its own. Use this in one of them, or say for whom: person, channel or workspace.',
  whatToAsk: 'What would you like to know? Write your question after the command.',
  forgotten: (turns) =>
    `Forgotten: ${turnsOf(turns)} and the settings of this conversation. What I posted stays until you delete it.`,
  forgottenMe: (turns) =>
    `Forgotten: ${turnsOf(turns)} of yours, your settings and your usage here. What I posted stays until you delete it.`,
  countsStay: 'What counts towards your limits stays until their hour, day or month is over.',
  exported: (turns) => `This conversation as I remember it: ${turnsOf(turns)}.`,
  nothingToExport: 'I remember nothing of this conversation.',
  used: (whose) => `Used ${whose}:`,
  periods: { hour: 'this hour', day: 'today', month: 'this month' },
  limited: (limit, spend) => {
    const each = restsOf(limit, spend).map(({ kind, most, left }) => {
      const [all, rest] =
        kind === 'usd' ? [dollars.format(most), dollars.format(left)] : [count.format(most), count.format(left)];
      return `${rest} of ${all}${kind === 'usd' ? '' : ` ${kind}`}`;
    });
    return `Left: ${each.join(', ')}`;
  },
  spend: (spend) =>
    `${turnsOf(spend.turns)}, ${count.format(spend.inTokens)} tokens in (${count.format(spend.cachedTokens)} cached${spend.toolTokens === 0 ? '' : `, ${count.format(spend.toolTokens)} by tools`}), ${count.format(spend.outTokens)} out, ${count.format(spend.thoughtTokens)} thought, ${costOf(spend)}`,
  nothingUsed: 'nothing',
  help: [
    'Write to me, or `/ask`. In a conversation I remember what was said.',
    '`/search` with a question looks it up on the web; with on, off or auto it sets when I do.',
    '`/think` sets how deeply I think, `/model` who answers, `/persona` who I am.',
    '`/settings` shows everything that holds here, and for whom, and changes it.',
    '`/stop` ends the answer that is being written; `/retry` writes the last one anew.',
    '`/forget` drops this conversation; `/forget me` drops all that I keep of you here.',
    '`/export` gives you this conversation as files.',
    '`/usage` says what you used; `/about` says who I am and what I keep.',
    'For one message, put flags at its beginning or end:',
    '`--think high` or `--think 8000`, `--search`, `--no-search`, `--maps`, `--code`, `--json`,',
    '`--model flash-lite`, `--persona brief`, `--language pl`, `--thoughts headline`, `--footer`.',
  ],
  about: ({ model, version, maxTurns, hearsOnlyMentions }) => [
    `I am Halley ${version}. Answers come from ${model}; they may be wrong.`,
    'Your question, its files and the turns before it are sent to the model service, and to nobody else by me.',
    `I keep the last ${maxTurns} turns of a conversation, what was set, and counts of what was used. Logs hold no text.`,
    '`/forget` deletes the turns of a conversation; `/forget me` all that I keep of you here.',
    '`/export` gives you what I keep of a conversation.',
    ...(hearsOnlyMentions
      ? [
          'Here I read only what mentions me or replies to me. With the Message Content intent I would also answer in my threads without a mention, and know what was said before. Whoever runs me can switch it on.',
        ]
      : []),
  ],
  footer: ({ model, spend, seconds }) =>
    `${model} · ${count.format(spend.inTokens)} in, ${count.format(spend.outTokens)} out, ${count.format(spend.thoughtTokens)} thought · ${seconds.toFixed(1)} s · ${costOf(spend)}`,
};

export function sentencesIn(language: Language): SteeringSentences {
  return { en: ENGLISH, pl: POLISH }[language];
}
