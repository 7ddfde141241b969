/** Views: the stack of modals in front of a person, their Home tab, and the rules a view has to keep. */
import { randomBytes } from 'node:crypto';
import { refuse } from '../api/errors.ts';
import { type Json, jsonOf, textOf } from '../../discord/json.ts';
import { faultOf } from '../markup/blocks.ts';
import type { View, Workspace } from '../state/model.ts';
import type { World } from '../state/world.ts';

/** https://docs.slack.dev/reference/views/modal-views */
const MAX = { title: 24, metadata: 3000, callback: 255, blocks: 100, stack: 3, bytes: 256_000 };

/** @throws SlackError with Slack's reasons when `view` is no view of this type. */
export function checked(view: unknown, type: 'modal' | 'home'): Json {
  const given = jsonOf(view);
  const faults = [...typeFaults(given, type), ...(type === 'modal' ? modalFaults(given) : [])];
  if (tooLong(given['private_metadata'], MAX.metadata))
    faults.push('must be less than 3001 characters [json-pointer:/view/private_metadata]');
  if (tooLong(given['callback_id'], MAX.callback))
    faults.push('must be less than 256 characters [json-pointer:/view/callback_id]');
  const fault = faultOf(given['blocks'], MAX.blocks);
  if (fault) faults.push(...(fault.messages.length === 0 ? ['blocks'] : fault.messages));
  if (faults.length > 0) throw refuse('invalid_arguments', { response_metadata: { messages: faults } });
  if (Buffer.byteLength(JSON.stringify(given)) > MAX.bytes) throw refuse('view_too_large');
  return given;
}

function typeFaults(given: Json, type: string): string[] {
  return given['type'] === type ? [] : [`[ERROR] unsupported type: ${String(given['type'])} [json-pointer:/view/type]`];
}

function modalFaults(given: Json): readonly string[] {
  return ['title', 'submit', 'close'].flatMap((name) => {
    const text = textOf(jsonOf(given[name])['text']);
    if (text === undefined)
      return name === 'title' ? ['[ERROR] missing required field: title [json-pointer:/view]'] : [];
    return text.length > MAX.title ? [`[ERROR] must be less than 25 characters [json-pointer:/view/${name}/text]`] : [];
  });
}

function tooLong(value: unknown, most: number): boolean {
  return typeof value === 'string' && value.length > most;
}

export class Modals {
  readonly #world: World;

  constructor(world: World) {
    this.#world = world;
  }

  /** The modals of a person, the one in front last. */
  stackOf(workspace: Workspace, user: string): View[] {
    const stack = workspace.modals.get(user) ?? [];
    workspace.modals.set(user, stack);
    return stack;
  }

  /** A new stack with one view. */
  open(workspace: Workspace, user: string, given: Json): View {
    const stack = this.stackOf(workspace, user);
    stack.length = 0;
    return this.push(workspace, user, given);
  }

  push(workspace: Workspace, user: string, given: Json): View {
    const stack = this.stackOf(workspace, user);
    if (stack.length >= MAX.stack) throw refuse('push_limit_reached');
    this.#unique(workspace, given);
    const id = this.#world.newId('V');
    const previous = stack.at(-1)?.id;
    const root = stack[0]?.root ?? id;
    const view: View = {
      id,
      user,
      team: workspace.id,
      given,
      root,
      hash: this.#hash(),
      ...(previous === undefined ? {} : { previous }),
    };
    stack.push(view);
    this.#world.changed();
    return view;
  }

  /** By its id or the app's own name for it; a hash that is not the current one is refused. */
  update(workspace: Workspace, which: { id?: string; external?: string; hash?: string }, given: Json): View {
    for (const stack of workspace.modals.values()) {
      const at = stack.findIndex((view) => view.id === which.id || isNamed(view, which.external));
      const view = stack[at];
      if (!view) continue;
      if (which.hash !== undefined && which.hash !== view.hash) throw refuse('hash_conflict');
      const next = { ...view, given, hash: this.#hash() };
      stack[at] = next;
      this.#world.changed();
      return next;
    }
    throw refuse('not_found');
  }

  publish(workspace: Workspace, user: string, home: { given: Json; hash?: string }): View {
    const known = workspace.homes.get(user);
    if (home.hash !== undefined && known !== undefined && home.hash !== known.hash) throw refuse('hash_conflict');
    const id = known?.id ?? this.#world.newId('V');
    const view: View = { id, user, team: workspace.id, given: home.given, root: id, hash: this.#hash() };
    workspace.homes.set(user, view);
    this.#world.changed();
    return view;
  }

  #unique(workspace: Workspace, given: Json): void {
    const external = textOf(given['external_id']);
    if (external === undefined || external === '') return;
    const all = [...workspace.modals.values()].flat();
    if (all.some((view) => isNamed(view, external))) throw refuse('duplicate_external_id');
  }

  #hash(): string {
    return `${Math.floor(this.#world.clock.now() / 1000)}.${randomBytes(4).toString('hex')}`;
  }
}

function isNamed(view: View, external: string | undefined): boolean {
  return external !== undefined && view.given['external_id'] === external;
}

export function viewJson(world: World, view: View, values: Json = {}): Json {
  const { given } = view;
  return {
    id: view.id,
    team_id: view.team,
    type: given['type'],
    blocks: given['blocks'],
    private_metadata: given['private_metadata'] ?? '',
    callback_id: given['callback_id'] ?? '',
    state: { values },
    hash: view.hash,
    title: given['title'],
    submit: given['submit'] ?? null,
    close: given['close'] ?? null,
    clear_on_close: given['clear_on_close'] ?? false,
    notify_on_close: given['notify_on_close'] ?? false,
    previous_view_id: view.previous ?? null,
    root_view_id: view.root,
    app_id: world.app.id,
    external_id: given['external_id'] ?? '',
    app_installed_team_id: view.team,
    bot_id: world.workspace(view.team).bot.bot?.id,
  };
}
