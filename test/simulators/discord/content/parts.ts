/** What a message consists of besides its text. */
import type { ServerResponse } from 'node:http';
import { type Json, textOf } from '../json.ts';
import type { User } from '../state.ts';

export interface Version {
  readonly content: string;
  readonly at: number;
}

export interface StoredFile {
  readonly id: string;
  readonly channelId: string;
  readonly name: string;
  readonly contentType: string;
  readonly bytes: Uint8Array;
  readonly description?: string;
  /** Of a voice message: how long it is, and how it looks. */
  readonly voice?: { readonly durationS: number; readonly waveform: string };
  readonly image?: { readonly width: number; readonly height: number };
  /** How the CDN hands it over where that goes wrong. */
  readonly served?: (response: ServerResponse) => void;
}

/** Present on what a command produced. */
export interface MessageInteraction {
  readonly id: string;
  readonly type: number;
  readonly user: User;
  readonly originalId?: string;
  /** The message whose button was pressed. */
  readonly pressedId?: string;
  /** The message a message command was used on. */
  readonly targetId?: string;
  readonly owners: Readonly<Record<string, string>>;
}

/** The message one answers, or forwards. */
export interface Reference {
  readonly channelId: string;
  readonly messageId: string;
  readonly forwards?: boolean;
}

const TEXT_DISPLAY = 10;

/** What a reader reads of it: its text, or that of its text displays. */
export function textShownBy({ content, components = [] }: Submission): string {
  const displays = components.filter(({ type }) => type === TEXT_DISPLAY);
  return [content, ...displays.map((display) => textOf(display['content']) ?? '')]
    .filter((text) => text !== '')
    .join('\n');
}

interface Submission {
  readonly content: string;
  readonly components?: readonly Json[];
}
