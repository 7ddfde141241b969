/** Who may ask: by workspace, channel, role and person, in direct messages or not, open or closed where no rule says. */
import type { Whereabouts } from '../core/conversation.ts';
import type { Refusal } from '../core/errors.ts';
import type { Mention } from '../core/inbound.ts';
import type { Guard, Log } from '../core/ports.ts';

/** Ids as their platform writes them. */
export interface AccessLists {
  readonly workspaces: readonly string[];
  readonly channels: readonly string[];
  readonly roles: readonly string[];
  readonly people: readonly string[];
}

/** What `access` of the configuration says. */
export interface AccessRules {
  /** `closed`: nobody may ask but those whom `allow` names. */
  readonly usually: 'open' | 'closed';
  readonly directMessages: boolean;
  /** Whether somebody who may not ask is told so, in private. */
  readonly refusals: 'told' | 'silent';
  /** Looked at where it is `closed`: the place has to be listed if any place is, and the person if any person is. */
  readonly allow: AccessLists;
  /** One entry that fits is enough, whatever `allow` says. */
  readonly deny: AccessLists;
}

/** Which rule says no; for the log. */
type Reason = 'direct' | 'workspace' | 'channel' | 'role' | 'person' | 'place-unlisted' | 'person-unlisted';

/** Who says something, and where. */
type Asking = Pick<Whereabouts, 'author' | 'place'>;

/** Holds rules that may be replaced while it is used: each check goes by those that stand when it begins. */
export class Access implements Guard {
  rules: AccessRules;
  readonly #log: Log;

  constructor(rules: AccessRules, log: Log) {
    this.rules = rules;
    this.#log = log;
  }

  async check(mention: Mention): Promise<Refusal | undefined> {
    const reason = reasonAgainst(mention, this.rules);
    if (reason === undefined) return undefined;
    this.#log.info('access.refused', { mention: mention.id, reason });
    const isSilent = this.rules.refusals === 'silent' || mention.isFree === true;
    return { kind: 'not-allowed', ...(isSilent ? { isSilent } : {}) };
  }

  /** Whether this person may use the bot there. */
  admits(asking: Asking): boolean {
    return reasonAgainst(asking, this.rules) === undefined;
  }
}

function reasonAgainst({ author, place }: Asking, rules: AccessRules): Reason | undefined {
  const { usually, directMessages, allow, deny } = rules;
  const { roles = [] } = author;
  if (place.kind === 'direct' && !directMessages) return 'direct';
  if (deny.workspaces.includes(place.workspace)) return 'workspace';
  if (deny.channels.includes(place.channel)) return 'channel';
  if (roles.some((role) => deny.roles.includes(role))) return 'role';
  if (deny.people.includes(author.id)) return 'person';
  if (usually === 'open') return undefined;
  const isPlaceListed = allow.workspaces.includes(place.workspace) || allow.channels.includes(place.channel);
  const isPersonListed = allow.people.includes(author.id) || roles.some((role) => allow.roles.includes(role));
  const listsPlaces = allow.workspaces.length + allow.channels.length > 0;
  const listsPeople = allow.people.length + allow.roles.length > 0;
  // Where nothing is listed at all, nobody is let in.
  if (!isPlaceListed && (listsPlaces || !listsPeople)) return 'place-unlisted';
  return isPersonListed || !listsPeople ? undefined : 'person-unlisted';
}
