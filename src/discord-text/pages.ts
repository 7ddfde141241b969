/** What each message of a reply holds: a page of its text or, after the text, pictures as files that Discord takes. */
import { MessageFlags } from 'discord.js';
import type { InlineData } from '../core/content.ts';
import type { ReplyAddress } from '../core/inbound.ts';
import { type DraftView, pictureKindOf, type Reply } from '../core/reply.ts';
import { Pager } from '../markdown/paginate.ts';
import { noticesIn } from '../notices/notices.ts';
import { noticeOf } from './foot.ts';
import { finalPagesOf, format, PAGE } from './format.ts';

/** All that one message shows. A page of pictures has no text, so that pictures are never mixed up with a page of text. */
export interface Page {
  readonly content: string;
  readonly files: readonly PictureFile[];
}

interface PictureFile {
  readonly name: string;
  readonly contentType: string;
  readonly data: Buffer;
}

/** What is needed of a message as Discord answers with it. */
export interface Posted {
  readonly id: string;
  readonly content: string;
  readonly attachments: readonly { readonly filename: string; readonly size: number }[];
}

/**
 * Files of one message, bytes of one file on a server without boosts, and bytes of one request.
 * @see https://docs.discord.com/developers/reference#uploading-files
 */
const MAX_FILES = 10;
const MAX_FILE_BYTES = 10 * 1024 * 1024;
const MAX_REQUEST_BYTES = 25 * 1024 * 1024;

/** What a request holds beside the files, generously. */
const REST_OF_REQUEST_BYTES = 64 * 1024;

/** Discord forgets what an earlier request said, so every create and every edit says it. */
export const SILENT = {
  flags: MessageFlags.SuppressEmbeds,
  allowed_mentions: { parse: [], replied_user: false },
} as const;

/**
 * The pages of an answer while it is written, made of its views in the order in which they come: its text so far or, before
 * there is any, what the model is thinking about.
 */
export function viewPages(): (view: DraftView) => readonly Page[] {
  const pager = new Pager(PAGE, (markdown) => {
    const content = format(markdown);
    return content.trim() === '' ? undefined : textPage(content);
  });
  return ({ exact, headline }) =>
    exact === '' && headline !== undefined ? [textPage(noticeOf(`💭 ${headline}`))] : pager.pages(exact);
}

/** The pages of a finished reply: its text, then its pictures; the notice tells of those that Discord does not take. */
export function replyPagesOf(reply: Reply): readonly Page[] {
  const { images = [] } = reply;
  const files = filesOf(images);
  return [...textPagesOf(reply, images.length - files.length), ...picturePagesOf(files)];
}

/** The same where no file may be posted. */
export function withoutPictures(reply: Reply): readonly Page[] {
  return textPagesOf(reply, reply.images?.length ?? 0);
}

/** The fields of a create or an edit that make a message show the page and nothing else. */
export function bodyOf({ content, files }: Page) {
  // What the list leaves out is taken from the message.
  return { ...SILENT, content, attachments: files.map(({ name }, at) => ({ id: `${at}`, filename: name })) };
}

/** What the post of a notice is called; those of the answer are called by number. */
export const NOTE = 'note';

/**
 * The fields that make the message: as the answer to what was asked, where it is the first in the same channel. It is made
 * once however often it is tried, by its name, which tells it from the others of its attempt. A nonce has 25 characters at most.
 * @see https://docs.discord.com/developers/resources/message#create-message
 */
export function creationOf(page: Page, to: ReplyAddress, { channel, name }: { channel: string; name: string }) {
  const { message, attempt, hidden } = to;
  const body = bodyOf(page);
  if (hidden !== undefined) return { ...body, flags: body.flags | MessageFlags.Ephemeral };
  const isAnswer = (name === '0' || name === NOTE) && channel === to.channel;
  // One sign tells the attempts apart: there is no room for more beside the longest name.
  const sign = attempt === undefined ? '-' : ((attempt % 26) + 10).toString(36);
  return {
    ...body,
    nonce: `${message}${sign}${name}`,
    enforce_nonce: true,
    ...(isAnswer ? { message_reference: { message_id: message, fail_if_not_exists: false } } : {}),
  };
}

/** Whether the message shows the page. Pictures of one name and size are taken to be the same. */
export function isShownBy({ content, attachments }: Posted, page: Page): boolean {
  const same = attachments.every(({ filename, size }, at) => {
    const file = page.files[at];
    return file?.name === filename && file.data.length === size;
  });
  return content.trim() === page.content.trim() && attachments.length === page.files.length && same;
}

function textPage(content: string): Page {
  return { content, files: [] };
}

function textPagesOf(reply: Reply, unshown: number): readonly Page[] {
  const unshownNotices = unshown === 0 ? [] : [noticesIn(reply.language).ofPictures(unshown)];
  const notices = [reply.notice, ...unshownNotices, reply.footer];
  const notice = notices.filter((sentence) => sentence !== undefined).join('\n');
  return finalPagesOf(notice === '' ? reply : { ...reply, notice }).map(textPage);
}

function filesOf(images: readonly InlineData[]): readonly PictureFile[] {
  const shown = images.flatMap((image) => {
    const kind = pictureKindOf(image);
    const data = Buffer.from(image.data, 'base64');
    return kind === undefined || data.length > MAX_FILE_BYTES ? [] : [{ kind, data }];
  });
  return shown.map(({ kind, data }, at) => ({ name: `picture-${at + 1}.${kind}`, contentType: `image/${kind}`, data }));
}

/** As few messages as hold the files, in order. */
function picturePagesOf(files: readonly PictureFile[]): readonly Page[] {
  const pages: PictureFile[][] = [];
  let room = 0;
  for (const file of files) {
    const page = pages.at(-1);
    room -= file.data.length;
    if (page !== undefined && page.length < MAX_FILES && room >= 0) page.push(file);
    else {
      pages.push([file]);
      room = MAX_REQUEST_BYTES - REST_OF_REQUEST_BYTES - file.data.length;
    }
  }
  return pages.map((page) => ({ content: '', files: page }));
}
