/** Response URLs: five answers within half an hour, new or in the place of the message they belong to, without any token. */
import { randomBytes } from 'node:crypto';
import type { IncomingMessage, ServerResponse } from 'node:http';
import { readBody, structured, text } from '../api/body.ts';
import { SlackError } from '../api/errors.ts';
import type { Site } from '../api/server.ts';
import type { Invocation } from '../events/invocation.ts';
import { isJson, type Json } from '../../discord/json.ts';
import { faultOf } from '../markup/blocks.ts';
import { change, post, remove } from '../state/messages.ts';
import type { Channel, Content, Message, User, Workspace } from '../state/model.ts';
import type { World } from '../state/world.ts';

export interface Answering {
  readonly workspace: Workspace;
  readonly user: User;
  readonly channel: Channel;
  readonly invocation: Invocation;
  /** The message with the button; a command has none. */
  readonly source?: Message;
  /** Where a whisper stands: beside the button that was pressed. */
  readonly threadTs?: string;
}

interface Given extends Answering {
  readonly at: number;
  uses: number;
}

export class ResponseUrls {
  readonly #world: World;
  readonly #given = new Map<string, Given>();

  constructor(world: World) {
    this.#world = world;
  }

  get sites(): readonly Site[] {
    return ['/commands/', '/actions/'].map((prefix) => ({
      prefix,
      serve: (request: IncomingMessage, url: URL, response: ServerResponse) => this.#serve(request, url, response),
    }));
  }

  give(kind: 'commands' | 'actions', answering: Answering): string {
    const secret = randomBytes(12).toString('hex');
    this.#given.set(secret, { ...answering, at: this.#world.clock.now(), uses: 0 });
    return `${this.#world.address}/${kind}/${answering.workspace.id}/${secret}`;
  }

  async #serve(request: IncomingMessage, url: URL, response: ServerResponse): Promise<void> {
    const given = this.#given.get(url.pathname.split('/').pop() ?? '');
    const { args } = await readBody(request);
    const problem = given ? this.#answer(given, args) : 'expired_url';
    if (problem === undefined) response.writeHead(200, { 'content-type': 'application/json' }).end('{"ok":true}');
    else response.writeHead(404, { 'content-type': 'text/plain' }).end(problem);
  }

  /** What is wrong with it, if anything is. */
  #answer(given: Given, args: Json): string | undefined {
    const { assumptions, clock } = this.#world;
    if (clock.now() - given.at > assumptions.responseUrlMs) return 'expired_url';
    if (given.uses >= assumptions.responseUrlUses) return 'used_url';
    given.uses++;
    try {
      this.respond(given, args);
      return undefined;
    } catch (error) {
      if (error instanceof SlackError) return error.code;
      throw error;
    }
  }

  /** An answer to an interaction, whichever way it came. */
  respond(given: Answering, args: Json): void {
    const { source, channel, user, workspace, invocation } = given;
    if (source && args['delete_original'] === true) {
      remove(this.#world, source);
      return;
    }
    const content = contentOf(args);
    if (source && args['replace_original'] === true) {
      change(this.#world, source, { content });
      return;
    }
    const isPublic = args['response_type'] === 'in_channel';
    const threadTs = text(args, 'thread_ts') ?? (isPublic ? undefined : given.threadTs);
    const whom = isPublic ? {} : { ephemeralFor: user.id };
    const thread = threadTs === undefined ? {} : { threadTs };
    invocation.messages.push(post(this.#world, { channel, author: workspace.bot, content, ...thread, ...whom }));
  }
}

/** @throws SlackError when there is nothing in it, or a block is wrong. */
function contentOf(args: Json): Content {
  const blocks = structured(args, 'blocks');
  const fault = blocks === undefined ? undefined : faultOf(blocks);
  if (fault) throw new SlackError(fault.code, {});
  const content = {
    text: text(args, 'text') ?? '',
    blocks: Array.isArray(blocks) ? blocks.filter(isJson) : [],
    attachments: [],
  };
  if (content.text === '' && content.blocks.length === 0) throw new SlackError('no_text', {});
  return content;
}
