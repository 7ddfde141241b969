<<<<<<< HEAD
/** What each message of a reply holds: a page of its text or, after the text, pictures as files that Discord takes. */
import { isDeepStrictEqual } from 'node:util';
=======
/** What each message of a reply holds: a page of its text or, after the text, files that Discord takes. */
>>>>>>> main
import { MessageFlags } from 'discord.js';
import type { ReplyAddress } from '../core/inbound.ts';
<<<<<<< HEAD
import { type DraftView, type Offer, pictureKindOf, type Reply } from '../core/reply.ts';
import { Pager } from '../markdown/paginate.ts';
import { noticesIn } from '../notices/notices.ts';
import { type Buttons, buttonsOf } from '../discord-controls/buttons.ts';
=======
import type { DraftView, Reply } from '../core/reply.ts';
import { Pager } from '../markdown/paginate.ts';
import { noticesIn } from '../notices/notices.ts';
import { filePagesOf, filesWithin, picturesOf, type PostFile, wholeAnswer } from './files.ts';
>>>>>>> main
import { noticeOf } from './foot.ts';
import { finalPagesOf, format, PAGE, pagesOf } from './format.ts';

/** All that one message shows. A page of files has no text of the answer, so that files are never mixed up with a page of it. */
export interface Page {
  readonly content: string;
<<<<<<< HEAD
  readonly files: readonly PictureFile[];
  /** Under the last page alone. */
  readonly buttons: readonly Buttons[];
}

interface PictureFile {
  readonly name: string;
  readonly contentType: string;
  readonly data: Buffer;
=======
  readonly files: readonly PostFile[];
>>>>>>> main
}

/** What is needed of a message as Discord answers with it. */
export interface Posted {
  readonly id: string;
  readonly content: string;
  readonly attachments: readonly { readonly filename: string; readonly size: number }[];
  readonly components?: readonly { readonly components?: readonly { readonly custom_id?: string }[] }[];
}

/** Discord forgets what an earlier request said, so every create and every edit says it. */
export const SILENT = {
  flags: MessageFlags.SuppressEmbeds,
  allowed_mentions: { parse: [], replied_user: false },
} as const;

/**
 * The pages of an answer while it is written, made of its views in the order in which they come: its text so far or, before
<<<<<<< HEAD
 * there is any, what the model is thinking about, for those who want to see that. Otherwise the sign of typing says that work
 * goes on: a post that says it in words would be a write, and an edit more when text comes. The button rides with the text.
=======
 * there is any, what the model is thinking about. Pages beyond `maxPosts` wait for the file that holds the whole answer.
>>>>>>> main
 */
export function viewPages(maxPosts = Infinity): (view: DraftView) => readonly Page[] {
  const pager = new Pager(PAGE, (markdown) => {
    const content = format(markdown);
    return content.trim() === '' ? undefined : textPage(content);
  });
<<<<<<< HEAD
  return ({ exact, headline, offer }) =>
    exact === '' && headline !== undefined
      ? [textPage(noticeOf(`💭 ${headline}`))]
      : withButtons(pager.pages(exact), offer);
}

/** The pages of a finished reply: its text, then its pictures; the notice tells of those that Discord does not take. */
export function replyPagesOf(reply: Reply): readonly Page[] {
  const { images = [] } = reply;
  const files = filesOf(images);
  return withButtons([...textPagesOf(reply, images.length - files.length), ...picturePagesOf(files)], reply.offer);
}

/** The same where no file may be posted. */
export function withoutPictures(reply: Reply): readonly Page[] {
  return withButtons(textPagesOf(reply, reply.images?.length ?? 0), reply.offer);
=======
  return ({ exact, headline }) =>
    exact === '' && headline !== undefined
      ? [textPage(noticeOf(`💭 ${headline}`))]
      : pager.pages(exact).slice(0, maxPosts);
}

/**
 * The pages of a finished reply: its text, then its files; the notice tells of pictures that Discord does not take. An
 * answer of more pages than `maxPosts` comes as a file as well.
 */
export function replyPagesOf(reply: Reply, maxPosts = Infinity): readonly Page[] {
  const { images = [], text, language } = reply;
  const isCut = pagesOf(text).length > maxPosts;
  const written = [...(isCut ? [wholeAnswer(text)] : []), ...filesWithin(text)];
  const pictures = picturesOf(images);
  const { wholeInFile, alsoAsFiles } = noticesIn(language);
  const [whole] = isCut ? written : [];
  const beside = isCut ? [] : written;
  const told = whole === undefined ? beside.map(({ name }) => name).join(', ') : whole.name;
  const sentence = whole === undefined ? alsoAsFiles(told) : wholeInFile(told);
  const pages = filePagesOf([...written, ...pictures]).map((files, at) => ({
    content: at === 0 && written.length > 0 ? noticeOf(sentence) : '',
    files,
  }));
  return [...textPagesOf(reply, images.length - pictures.length, maxPosts), ...pages];
}

/** The same where no file may be posted: all of the text, in as many messages as it takes. */
export function withoutFiles(reply: Reply): readonly Page[] {
  return textPagesOf(reply, reply.images?.length ?? 0);
>>>>>>> main
}

/** The fields of a create or an edit that make a message show the page and nothing else. */
export function bodyOf({ content, files, buttons }: Page) {
  // What the list leaves out is taken from the message.
  const attachments = files.map(({ name }, at) => ({ id: `${at}`, filename: name }));
  return { ...SILENT, content, attachments, components: buttons };
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

<<<<<<< HEAD
/** Whether the message shows the page. Pictures of one name and size are taken to be the same. */
export function isShownBy({ content, attachments, components = [] }: Posted, page: Page): boolean {
=======
/** Whether the message shows the page. Files of one name and size are taken to be the same. */
export function isShownBy({ content, attachments }: Posted, page: Page): boolean {
>>>>>>> main
  const same = attachments.every(({ filename, size }, at) => {
    const file = page.files[at];
    return file?.name === filename && file.data.length === size;
  });
  const ids = components.flatMap((row) => row.components ?? []).map((button) => button.custom_id);
  const wanted = page.buttons.flatMap((row) => row.components).map((button) => Reflect.get(button, 'custom_id'));
  const isSame = isDeepStrictEqual(ids, wanted);
  return content.trim() === page.content.trim() && attachments.length === page.files.length && same && isSame;
}

/** The last page has them. */
function withButtons(pages: readonly Page[], offer: Offer | undefined): readonly Page[] {
  const buttons = buttonsOf(offer);
  return pages.map((page, at) => (at === pages.length - 1 ? { ...page, buttons } : page));
}

function textPage(content: string): Page {
  return { content, files: [], buttons: [] };
}

function textPagesOf(reply: Reply, unshown: number, maxPosts = Infinity): readonly Page[] {
  const unshownNotices = unshown === 0 ? [] : [noticesIn(reply.language).ofPictures(unshown)];
  const notices = [reply.notice, ...unshownNotices, reply.footer];
  const notice = notices.filter((sentence) => sentence !== undefined).join('\n');
<<<<<<< HEAD
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
  return pages.map((page) => ({ content: '', files: page, buttons: [] }));
=======
  return finalPagesOf(notice === '' ? reply : { ...reply, notice }, maxPosts).map(textPage);
>>>>>>> main
}
