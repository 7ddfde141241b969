/** Triggers: each opens one view, within three seconds of what a person did. */
import { randomBytes } from 'node:crypto';
import { refuse } from '../api/errors.ts';
import type { World } from '../state/world.ts';

interface Trigger {
  readonly user: string;
  readonly team: string;
  readonly at: number;
  used: boolean;
}

export class Triggers {
  readonly #world: World;
  readonly #given = new Map<string, Trigger>();

  constructor(world: World) {
    this.#world = world;
  }

  give(team: string, user: string): string {
    const id = `${Date.now()}.${team}.${randomBytes(16).toString('hex')}`;
    this.#given.set(id, { user, team, at: this.#world.clock.now(), used: false });
    return id;
  }

  /**
   * Uses a trigger up; answers whom the view is for.
   *
   * @throws SlackError when it is unknown, used or too old.
   */
  take(team: string, id: string): string {
    const trigger = this.#given.get(id);
    if (!trigger || trigger.team !== team) throw refuse('invalid_trigger_id');
    if (trigger.used) throw refuse('exchanged_trigger_id');
    if (this.#world.clock.now() - trigger.at > this.#world.assumptions.triggerMs) throw refuse('expired_trigger_id');
    trigger.used = true;
    return trigger.user;
  }
}
