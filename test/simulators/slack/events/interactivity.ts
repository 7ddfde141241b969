/** Commands, buttons, shortcuts and forms on their way to the app, and what its acknowledgement brings back. */
import { SlackError } from '../api/errors.ts';
import { type Json, jsonOf, textOf } from '../../discord/json.ts';
import type { Answering, ResponseUrls } from '../sites/response-urls.ts';
import type { Channel, Message, User, View, Workspace } from '../state/model.ts';
import type { World } from '../state/world.ts';
import type { Deliveries } from './deliveries.ts';
import { Invocation } from './invocation.ts';
import { checked, type Modals, viewJson } from './modals.ts';
import type { Triggers } from './triggers.ts';

/** Who acts, and where. */
export interface Act {
  readonly workspace: Workspace;
  readonly user: User;
  readonly channel?: Channel;
  readonly source?: Message;
}

interface Parts {
  readonly deliveries: Deliveries;
  readonly responseUrls: ResponseUrls;
  readonly triggers: Triggers;
  readonly modals: Modals;
}

export class Interactivity {
  readonly modals: Modals;
  readonly #world: World;
  readonly #parts: Parts;

  constructor(world: World, parts: Parts) {
    this.#world = world;
    this.#parts = parts;
    this.modals = parts.modals;
  }

  /** A slash command; its fields are strings, all of them. */
  command(act: Act & { readonly channel: Channel }, command: string, text: string): Invocation {
    const { workspace, user, channel } = act;
    const invocation = new Invocation(this.#world, user.id);
    const answering: Answering = { workspace, user, channel, invocation };
    invocation.responseUrl = this.#parts.responseUrls.give('commands', answering);
    const payload = {
      token: this.#world.app.verificationToken,
      team_id: workspace.id,
      team_domain: workspace.domain,
      ...organisationOf(workspace),
      channel_id: channel.id,
      channel_name: channel.kind === 'im' ? 'directmessage' : channel.name,
      user_id: user.id,
      user_name: user.name,
      command,
      text,
      api_app_id: this.#world.app.id,
      is_enterprise_install: 'false',
      response_url: invocation.responseUrl,
      trigger_id: this.#parts.triggers.give(workspace.id, user.id),
    };
    this.#parts.deliveries.offer('slash_commands', payload, {
      acknowledged: (answer) => {
        invocation.state = 'acknowledged';
        if (Object.keys(answer).length > 0)
          this.#tried('an acknowledgement', () => this.#parts.responseUrls.respond(answering, answer));
      },
      failed: () => void (invocation.state = 'failed'),
    });
    return invocation;
  }

  /** A button or a shortcut: `facts` are what its kind has beyond the common fields. */
  act(type: string, act: Act, facts: Json): Invocation {
    const { user } = act;
    const invocation = new Invocation(this.#world, user.id);
    const url = this.#responseUrl(type, act, invocation);
    invocation.responseUrl = url ?? '';
    const payload = { ...this.#common(type, act), ...facts, ...(url === undefined ? {} : { response_url: url }) };
    this.#parts.deliveries.offer('interactive', payload, {
      acknowledged: () => void (invocation.state = 'acknowledged'),
      failed: () => void (invocation.state = 'failed'),
    });
    return invocation;
  }

  /** A shortcut's answer cannot go into a thread, a button's stands beside it. */
  #responseUrl(type: string, act: Act, invocation: Invocation): string | undefined {
    const { workspace, user, channel, source } = act;
    if (!channel) return undefined;
    const threadTs = type === 'block_actions' ? source?.threadTs : undefined;
    const beside = threadTs === undefined ? {} : { threadTs };
    const own = source && source.author.id === workspace.bot.id ? { source } : {};
    return this.#parts.responseUrls.give('actions', { workspace, user, channel, invocation, ...own, ...beside });
  }

  /** A form that is sent; the answer may keep it open with errors, replace it, or put another on top. */
  submission(act: Act, view: View, values: Json): Invocation {
    const invocation = new Invocation(this.#world, act.user.id);
    const payload = {
      ...this.#common('view_submission', act),
      view: viewJson(this.#world, view, values),
      response_urls: [],
    };
    this.#parts.deliveries.offer('interactive', payload, {
      acknowledged: (answer) => {
        invocation.state = 'acknowledged';
        this.#tried('the answer to a form', () => this.#submitted(act, { view, answer, invocation }));
      },
      failed: () => void (invocation.state = 'failed'),
    });
    return invocation;
  }

  /** What Slack refuses in an acknowledgement nobody is told but the person, so the test has to be. */
  #tried(what: string, work: () => void): void {
    try {
      work();
    } catch (error) {
      if (!(error instanceof SlackError)) throw error;
      this.#world.misdeeds.push(`${what} that Slack refuses: ${error.code} ${JSON.stringify(error.beside)}`);
    }
  }

  #submitted(act: Act, sent: { view: View; answer: Json; invocation: Invocation }): void {
    const { workspace, user } = act;
    const { modals } = this.#parts;
    const stack = modals.stackOf(workspace, user.id);
    const next = () => checked(sent.answer['view'], 'modal');
    switch (sent.answer['response_action']) {
      case 'errors':
        sent.invocation.errors = Object.fromEntries(
          Object.entries(jsonOf(sent.answer['errors'])).map(([block, why]) => [block, textOf(why) ?? '']),
        );
        break;
      case 'update':
        modals.update(workspace, { id: sent.view.id }, next());
        break;
      case 'push':
        modals.push(workspace, user.id, next());
        break;
      case 'clear':
        stack.length = 0;
        break;
      default:
        stack.pop();
    }
    this.#world.changed();
  }

  /** A form that is put away; the app hears of it where it asked to. */
  closing(act: Act, view: View): void {
    const stack = this.#parts.modals.stackOf(act.workspace, act.user.id);
    stack.pop();
    if (view.given['notify_on_close'] === true) {
      const payload = { ...this.#common('view_closed', act), view: viewJson(this.#world, view), is_cleared: false };
      this.#parts.deliveries.offer('interactive', payload);
    }
    this.#world.changed();
  }

  #common(type: string, { workspace, user, channel }: Act): Json {
    return {
      type,
      user: { id: user.id, username: user.name, name: user.name, team_id: workspace.id },
      api_app_id: this.#world.app.id,
      token: this.#world.app.verificationToken,
      trigger_id: this.#parts.triggers.give(workspace.id, user.id),
      team: { id: workspace.id, domain: workspace.domain },
      enterprise: workspace.organisation ?? null,
      is_enterprise_install: false,
      ...(channel === undefined
        ? {}
        : { channel: { id: channel.id, name: channel.name === '' ? 'directmessage' : channel.name } }),
    };
  }
}

/** As a form has it, which has no objects. */
function organisationOf({ organisation }: Workspace): Json {
  return organisation === undefined ? {} : { enterprise_id: organisation.id, enterprise_name: organisation.name };
}
