/** Looking a file up, and uploading one in three steps. */
import { integer, structured } from '../api/body.ts';
import { refuse } from '../api/errors.ts';
import { arg, type Call, type Method, optional, writableChannel } from '../api/method.ts';
import { isJson, type Json, textOf } from '../../discord/json.ts';
import { fileJson } from '../state/wire.ts';
import { threadOf } from './messages/chat.ts';

const WRITE = ['files:write'];
/** https://docs.slack.dev/reference/methods/files.getUploadURLExternal */
const MAX_ALT = 1000;
const MAX_BYTES = 1_073_741_824;
const MAX_SNIPPET_BYTES = 1_048_576;

function info(call: Call): Json {
  const file = call.files.visibleToBot(call.workspace, arg(call, 'file'));
  if (!file) throw refuse('file_not_found');
  const shares = sharesOf(call, file.id);
  return { file: { ...fileJson(call.world, file), shares }, comments: [], response_metadata: { next_cursor: '' } };
}

/** The messages that a file stands in, by channel. */
function sharesOf(call: Call, id: string): Json {
  const shares: Record<'public' | 'private', Record<string, Json[]>> = { public: {}, private: {} };
  for (const channel of call.workspace.channels.values()) {
    const standing = [...channel.messages.values()].filter(
      ({ files, deletedAt }) => deletedAt === undefined && files.some((file) => file.id === id),
    );
    const places = standing.map(({ ts, threadTs }) => ({
      ts,
      ...(threadTs === undefined ? {} : { thread_ts: threadTs }),
    }));
    if (places.length > 0) shares[channel.kind === 'channel' ? 'public' : 'private'][channel.id] = places;
  }
  return shares;
}

function open(call: Call): Json {
  const length = integer(call.args, 'length') ?? 0;
  if (length <= 0) throw refuse('missing_argument', { response_metadata: { messages: ['[ERROR] length'] } });
  if (length > MAX_BYTES) throw refuse('file_upload_size_restricted');
  if (optional(call, 'snippet_type') !== undefined && length > MAX_SNIPPET_BYTES) throw refuse('snippet_too_large');
  const alt = optional(call, 'alt_txt');
  if ((alt ?? '').length > MAX_ALT) throw refuse('alt_txt_too_large');
  const facts = { name: arg(call, 'filename'), length, ...(alt === undefined ? {} : { alt }) };
  const { id, url } = call.files.openUpload(call.workspace, facts);
  return { upload_url: url, file_id: id };
}

/** The answer comes before the file is shared anywhere, and before its kind is known. */
function complete(call: Call): Json {
  const list = structured(call.args, 'files');
  if (!Array.isArray(list) || list.length === 0) throw refuse('invalid_arguments');
  const parts = list.map((each: unknown) => {
    const id = isJson(each) ? (textOf(each['id']) ?? '') : '';
    const upload = call.files.uploadOf(call.workspace, id);
    if (!upload) throw refuse('file_not_found');
    return { upload, title: (isJson(each) ? textOf(each['title']) : undefined) ?? upload.name };
  });
  const channelId = optional(call, 'channel_id') ?? optional(call, 'channels');
  const channel = channelId === undefined ? undefined : writableChannel(call, channelId);
  const comment = optional(call, 'initial_comment') ?? '';
  const sharing = channel && { channel, comment, ...threadOf(call, channel) };
  const files = call.files.complete(call.workspace, parts, sharing);
  return { files: files.map((file) => ({ ...fileJson(call.world, file), mimetype: '', shares: {} })) };
}

export const fileMethods: readonly Method[] = [
  { name: 'files.info', token: 'bot', scopes: ['files:read'], tier: 4, required: ['file'], handle: info },
  {
    name: 'files.getUploadURLExternal',
    token: 'bot',
    scopes: WRITE,
    tier: 4,
    required: ['filename', 'length'],
    handle: open,
  },
  { name: 'files.completeUploadExternal', token: 'bot', scopes: WRITE, tier: 4, required: ['files'], handle: complete },
];
