/** From what happens in a workspace to `event_callback` envelopes: only what the app subscribed to and may read is delivered. */
import { randomBytes } from 'node:crypto';
import type { Json } from '../../discord/json.ts';
import type { Happening } from '../state/model.ts';
import type { World } from '../state/world.ts';
import type { Deliveries } from './deliveries.ts';

/** What an app has to be allowed before an event reaches it. */
const SCOPE_OF: Readonly<Record<string, string>> = {
  app_mention: 'app_mentions:read',
  'message.channels': 'channels:history',
  'message.groups': 'groups:history',
  'message.im': 'im:history',
  'message.mpim': 'mpim:history',
  reaction_added: 'reactions:read',
};

export const ALL_EVENTS: readonly string[] = [
  'app_mention',
  'message.channels',
  'message.groups',
  'message.im',
  'message.mpim',
  'app_home_opened',
  'agent_session_stopped',
  'agent_session_title_changed',
  'app_uninstalled',
  'tokens_revoked',
];

export class Events {
  readonly #world: World;
  readonly #deliveries: Deliveries;

  constructor(world: World, deliveries: Deliveries) {
    this.#world = world;
    this.#deliveries = deliveries;
    world.onHappening((happening) => {
      if (this.#reaches(happening)) deliveries.offer('events_api', this.#callback(happening));
    });
  }

  /** The same event once more, as if nobody had acknowledged it: same `event_id`, a new envelope. */
  redeliver(type: string): void {
    const last = this.#deliveries.all.findLast(
      ({ kind, payload }) => kind === 'events_api' && typeOf(payload) === type,
    );
    if (!last) throw new Error(`no event ${type} was delivered`);
    this.#deliveries.offer('events_api', last.payload);
  }

  /** Tells the app that so many events came that some were left out: the outer event of its own kind, which only HTTP has. */
  rateLimited(team: string): void {
    const minute = Math.floor(this.#world.clock.now() / 60_000) * 60;
    this.#deliveries.offer('events_api', {
      token: this.#world.app.verificationToken,
      type: 'app_rate_limited',
      team_id: team,
      minute_rate_limited: minute,
      api_app_id: this.#world.app.id,
    });
  }

  #reaches({ team, subscription, channel }: Happening): boolean {
    const { bot, installed } = this.#world.workspace(team);
    const isFarewell = subscription === 'app_uninstalled' || subscription === 'tokens_revoked';
    if (!this.#world.subscribed.has(subscription) || (!installed && !isFarewell)) return false;
    if (channel && !channel.members.has(bot.id)) return false;
    const scope = SCOPE_OF[subscription];
    const token = [...this.#world.tokens.values()].find(
      (each) => each.kind === 'bot' && each.team === team && !each.revoked,
    );
    return scope === undefined || token?.scopes.has(scope) === true;
  }

  #callback({ team, event, channel }: Happening): Json {
    const { app, clock } = this.#world;
    const { bot, organisation } = this.#world.workspace(team);
    const enterprise = organisation?.id ?? null;
    const isMessage = event['type'] === 'message';
    return {
      token: app.verificationToken,
      team_id: team,
      ...(enterprise === null ? {} : { enterprise_id: enterprise }),
      ...(isMessage ? { context_team_id: team, context_enterprise_id: enterprise } : {}),
      api_app_id: app.id,
      event,
      type: 'event_callback',
      event_id: this.#world.newId('Ev'),
      event_time: Math.floor(clock.now() / 1000),
      authorizations: [
        { enterprise_id: enterprise, team_id: team, user_id: bot.id, is_bot: true, is_enterprise_install: false },
      ],
      is_ext_shared_channel: channel?.shared ?? false,
      event_context: `4-${randomBytes(24).toString('base64url')}`,
    };
  }
}

function typeOf(payload: Json): unknown {
  const event = payload['event'];
  return typeof event === 'object' && event !== null && 'type' in event ? event.type : undefined;
}
