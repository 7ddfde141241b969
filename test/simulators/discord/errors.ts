/** Discord's JSON errors: the status, the code and the words the real API answers with. */
import { isJson, type Json } from './json.ts';
import type { Scope } from './limits.ts';

const TABLE = {
  unauthorized: [401, 0, '401: Unauthorized'],
  notFound: [404, 0, '404: Not Found'],
  unknownChannel: [404, 10003, 'Unknown Channel'],
  unknownGuild: [404, 10004, 'Unknown Guild'],
  unknownMember: [404, 10007, 'Unknown Member'],
  unknownMessage: [404, 10008, 'Unknown Message'],
  unknownRole: [404, 10011, 'Unknown Role'],
  unknownUser: [404, 10013, 'Unknown User'],
  unknownWebhook: [404, 10015, 'Unknown Webhook'],
  unknownTag: [404, 10087, 'Unknown Tag'],
  unknownInteraction: [404, 10062, 'Unknown interaction'],
  unknownCommand: [404, 10063, 'Unknown application command'],
  tooManyThreads: [400, 160006, 'Maximum number of active threads reached'],
  tooManyOldEdits: [429, 30046, 'Maximum number of edits to messages older than 1 hour reached. Try again later.'],
  tooManyAttachments: [400, 30015, 'Maximum number of attachments in a message reached (10)'],
  requestTooLarge: [413, 40005, 'Request entity too large'],
  alreadyAcknowledged: [400, 40060, 'Interaction has already been acknowledged.'],
  missingAccess: [403, 50001, 'Missing Access'],
  notYourMessage: [403, 50005, 'Cannot edit a message authored by another user'],
  tooManyReactions: [400, 30010, 'Maximum number of reactions reached (20)'],
  tooManyPins: [400, 30003, 'Maximum number of pins reached (250)'],
  tooManyStickers: [400, 30039, 'Maximum number of stickers reached'],
  invalidSticker: [400, 50081, 'Invalid sticker sent'],
  voiceWithMore: [400, 50159, 'Voice messages do not support additional content.'],
  voiceNeedsOneFile: [400, 50160, 'Voice messages must have a single audio attachment.'],
  voiceNeedsMetadata: [400, 50161, 'Voice messages must have supporting metadata.'],
  voiceFixed: [400, 50162, 'Voice messages cannot be edited.'],
  cannotForward: [400, 160014, 'Cannot forward message whose content you cannot read'],
  forwardWithMore: [400, 160009, 'A forwarded message cannot have additional content'],
  tooManyFollowUps: [400, 40094, 'This interaction has reached the maximum number of follow-up messages'],
  tooManyCommands: [429, 30034, 'Max number of daily application command creates has been reached (200)'],
  noPoll: [400, 520006, 'Cannot expire a non-poll message'],
  pollFixed: [400, 520003, 'Cannot edit a poll message'],
  pollEnded: [400, 520001, 'Poll expired'],
  blockedByAutoMod: [400, 200000, 'Message was blocked by automatic moderation'],
  titleBlocked: [400, 200001, 'Title was blocked by automatic moderation'],
  harmfulLink: [400, 240000, 'Message blocked by harmful links filter'],
  explicitContent: [400, 20009, 'Explicit content cannot be sent to the desired recipient(s)'],
  emptyMessage: [400, 50006, 'Cannot send an empty message'],
  cannotDm: [403, 50007, 'Cannot send messages to this user'],
  noMessagesInForum: [
    400,
    40058,
    'Cannot message this thread until after the post author has sent an initial message.',
  ],
  tagRequired: [400, 40067, 'A tag is required to create a forum post in this channel'],
  wrongChannelType: [400, 50008, 'Cannot send messages in a non-text channel'],
  missingPermissions: [403, 50013, 'Missing Permissions'],
  cannotOnThisChannel: [400, 50024, 'Cannot execute action on this channel type'],
  invalidWebhookToken: [401, 50027, 'Invalid Webhook Token'],
  invalidJson: [400, 50109, 'The request body contains invalid JSON.'],
  systemMessage: [403, 50021, 'Cannot execute action on a system message'],
  badBulkDelete: [400, 50034, 'You can only bulk delete messages that are under 14 days old.'],
  archivedThread: [400, 50083, 'Thread is archived'],
  threadExists: [400, 160004, 'A thread has already been created for this message'],
  lockedThread: [400, 160005, 'Thread is locked'],
  replyNeedsHistory: [400, 160002, 'Cannot reply without permission to read message history'],
  tooManyComponentBytes: [500, 0, '500: Internal Server Error'],
} as const satisfies Record<string, readonly [number, number, string]>;

export type ErrorName = keyof typeof TABLE;

/** What a field did wrong: Discord's own name of the fault and its sentence. */
export interface FieldFault {
  /** Dotted path, as in `embeds.0.description`. */
  readonly path: string;
  readonly code: string;
  readonly message: string;
}

/** Thrown by a route and answered as it says. */
export class ApiError extends Error {
  readonly status: number;
  readonly body: Json;
  /** Whose limit a 429 is. */
  readonly scope: Scope;

  constructor(status: number, body: Json, scope: Scope = 'user') {
    super(String(body['message']));
    this.status = status;
    this.body = body;
    this.scope = scope;
  }
}

export function refuse(name: ErrorName): ApiError {
  const [status, code, message] = TABLE[name];
  return new ApiError(status, { message, code });
}

/** 400 with code 50035 and each fault under its field, the way forms are refused. */
export function invalidForm(...faults: readonly FieldFault[]): ApiError {
  const errors: Json = {};
  for (const fault of faults) {
    let at = errors;
    for (const key of fault.path.split('.')) at = childOf(at, key);
    at['_errors'] = [{ code: fault.code, message: fault.message }];
  }
  return new ApiError(400, { message: 'Invalid Form Body', code: 50035, errors });
}

function childOf(parent: Json, key: string): Json {
  const child = parent[key];
  if (isJson(child)) return child;
  const made: Json = {};
  parent[key] = made;
  return made;
}

export const required = (path: string): FieldFault => ({
  path,
  code: 'BASE_TYPE_REQUIRED',
  message: 'This field is required',
});

export const tooLong = (path: string, max: number): FieldFault => ({
  path,
  code: 'BASE_TYPE_MAX_LENGTH',
  message: `Must be ${max} or fewer in length.`,
});

export const badLength = (path: string, min: number, max: number): FieldFault => ({
  path,
  code: 'BASE_TYPE_BAD_LENGTH',
  message: `Must be between ${min} and ${max} in length.`,
});

export const badChoice = (path: string, allowed: readonly unknown[]): FieldFault => ({
  path,
  code: 'BASE_TYPE_CHOICES',
  message: `Value must be one of {${allowed.join(', ')}}.`,
});
