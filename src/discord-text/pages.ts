/** What each message of a reply holds: a page of its text or, after the text, files that Discord takes. */
import { isDeepStrictEqual } from 'node:util';
import { type APIMessageTopLevelComponent, ComponentType, MessageFlags } from 'discord.js';
import type { ReplyAddress } from '../core/inbound.ts';
import type { DraftView, Offer, Reply } from '../core/reply.ts';
import { type Buttons, buttonsOf } from '../discord-controls/buttons.ts';
import { Pager } from '../markdown/paginate.ts';
import { noticesIn } from '../notices/notices.ts';
import { filePagesOf, filesWithin, picturesOf, type PostFile, wholeAnswer } from './files.ts';
import { footOf, noticeOf } from './foot.ts';
import { DISPLAY, finalPagesOf, format, PLAIN, type Room, sourcePagesOf } from './format.ts';

/** All that one message shows. A page of files has no text of the answer, so that files are never mixed up with a page of it. */
export interface Page {
  readonly content: string;
  readonly files: readonly PostFile[];
  /** Under the last page alone. */
  readonly buttons: readonly Buttons[];
}

/** What is needed of a message as Discord answers with it. */
export interface Posted {
  readonly id: string;
  readonly content: string;
  readonly attachments: readonly { readonly filename: string; readonly size: number }[];
  readonly components?: readonly {
    readonly content?: string;
    readonly components?: readonly { readonly custom_id?: string }[];
  }[];
  readonly flags?: number;
}

/** Discord forgets what an earlier request said, so every create and every edit says it. */
export const SILENT = {
  flags: MessageFlags.SuppressEmbeds,
  allowed_mentions: { parse: [], replied_user: false },
} as const;

/** What decides what a message holds. */
type Holding = Pick<ReplyAddress, 'messageStyle' | 'maxFileBytes'>;

function roomIn({ messageStyle }: Holding): Room {
  return messageStyle === 'display' ? DISPLAY : PLAIN;
}

/**
 * The pages of an answer while it is written, made of its views in the order in which they come: its text so far or, before
 * there is any, what the model is thinking about, for those who want to see that. Otherwise the sign of typing says that work
 * goes on: a post that says it in words would be a write, and an edit more when text comes. The button rides with the text.
 * Pages beyond `maxPosts` wait for the file that holds the whole answer.
 */
export function viewPages(maxPosts = Infinity, to: Holding = {}): (view: DraftView) => readonly Page[] {
  const pager = new Pager(roomIn(to).page, (markdown) => {
    const content = format(markdown);
    return content.trim() === '' ? undefined : textPage(content);
  });
  return ({ exact, headline, offer }) =>
    exact === '' && headline !== undefined
      ? [textPage(noticeOf(`💭 ${headline}`))]
      : withButtons(pager.pages(exact).slice(0, maxPosts), offer);
}

/**
 * The pages of a finished reply: its text, then its files; the notice tells of pictures that Discord does not take. An
 * answer of more pages than `maxPosts` comes as a file as well.
 */
export function replyPagesOf(reply: Reply, maxPosts = Infinity, to: Holding = {}): readonly Page[] {
  const { images = [], text, language } = reply;
  const room = roomIn(to);
  const textPages = sourcePagesOf(text, room);
  const isCut = textPages.length > maxPosts;
  const written = [...(isCut ? [wholeAnswer(text)] : []), ...filesWithin(text)];
  const pictures = picturesOf(images, to.maxFileBytes);
  const { wholeInFile, alsoAsFiles } = noticesIn(language);
  const [whole] = isCut ? written : [];
  const beside = isCut ? [] : written;
  const told = whole === undefined ? beside.map(({ name }) => name).join(', ') : whole.name;
  const sentence = whole === undefined ? alsoAsFiles(told) : wholeInFile(told);
  const pages = filePagesOf([...written, ...pictures]).map((files, at) => ({
    content: at === 0 && written.length > 0 ? noticeOf(sentence) : '',
    files,
    buttons: [],
  }));
  const noticed = withUnshown(reply, images.length - pictures.length);
  const shown = finalPagesOf(noticed, { room, text: textPages, maxPages: maxPosts });
  return withButtons([...shown.map(textPage), ...pages], reply.offer);
}

/** Whether files belong to the reply. */
export function hasFiles(reply: Reply, maxPosts: number, to: Holding): boolean {
  return replyPagesOf(reply, maxPosts, to).some(({ files }) => files.length > 0);
}

/** The same where no file may be posted: all of the text, in as many messages as it takes. */
export function withoutFiles(reply: Reply, to: Holding = {}): readonly Page[] {
  const noticed = withUnshown(reply, reply.images?.length ?? 0);
  return withButtons(finalPagesOf(noticed, { room: roomIn(to) }).map(textPage), reply.offer);
}

/**
 * The first so many of the pages. Of a finished reply, the last of them has what the others show as a file; of a view it
 * has their buttons alone.
 */
export function crowdedInto(
  most: number,
  pages: readonly Page[],
  { to, reply }: { readonly to: Holding; readonly reply: Reply | undefined },
): readonly Page[] {
  const [last, ...rest] = pages.slice(most - 1);
  if (last === undefined || rest.length === 0) return pages;
  const above = pages.slice(0, most - 1);
  const { buttons } = rest.at(-1) ?? last;
  if (reply === undefined) return [...above, { ...last, buttons }];
  const isCut = rest.some(({ files }) => files.length === 0);
  const foot = footOf(reply, { holds: () => true, least: 0 });
  const whole = wholeAnswer(foot ? `${reply.text}\n\n${foot}` : reply.text);
  const others = [last, ...rest].flatMap((page) => page.files).filter(({ name }) => !isCut || name !== whole.name);
  const [files = []] = filePagesOf([...(isCut ? [whole] : []), ...others]);
  const told = `${last.content}\n\n${noticeOf(noticesIn(reply.language).wholeInFile(whole.name))}`;
  const content = isCut && roomIn(to).holds(told) ? told : last.content;
  return [...above, { content, files, buttons }];
}

/** The fields of a create or an edit that make a message show the page and nothing else. */
export function bodyOf(page: Page, { messageStyle }: ReplyAddress) {
  const { content, files, buttons } = page;
  // What the list leaves out is taken from the message.
  const attachments = files.map(({ name }, at) => ({ id: `${at}`, filename: name }));
  if (messageStyle !== 'display') return { ...SILENT, content, attachments, components: buttons };
  return { ...SILENT, flags: MessageFlags.IsComponentsV2, attachments, components: displayed(page) };
}

/**
 * The page as components: text, pictures, other files, buttons. No file is shown that no component names.
 * @see https://docs.discord.com/developers/components/reference
 */
function displayed({ content, files, buttons }: Page): readonly APIMessageTopLevelComponent[] {
  const isPicture = ({ contentType }: PostFile): boolean => contentType.startsWith('image/');
  const mediaOf = ({ name }: PostFile) => ({ url: `attachment://${name}` });
  const pictures = files.filter(isPicture).map((file) => ({ media: mediaOf(file) }));
  return [
    ...(content.trim() === '' ? [] : [{ type: ComponentType.TextDisplay, content } as const]),
    ...(pictures.length === 0 ? [] : [{ type: ComponentType.MediaGallery, items: pictures } as const]),
    ...files
      .filter((file) => !isPicture(file))
      .map((file) => ({ type: ComponentType.File, file: mediaOf(file) }) as const),
    ...buttons,
  ];
}

/** What the post of a notice is called; those of the answer are called by number. */
export const NOTE = 'note';

/**
 * The fields that make the message: as the answer to what was asked, where it is the first in the same channel. It is made
 * once however often it is tried, by its name, which tells it from the others of its attempt. A nonce has 25 characters at most.
 * @see https://docs.discord.com/developers/resources/message#create-message
 */
export function creationOf(page: Page, to: ReplyAddress, { channel, name }: { channel: string; name: string }) {
  const { message, attempt, hidden, messageStyle } = to;
  const body = bodyOf(page, to);
  if (hidden !== undefined) return { ...body, flags: body.flags | MessageFlags.Ephemeral };
  const isAnswer = (name === '0' || name === NOTE) && channel === to.channel;
  // One sign tells the attempts apart: there is no room for more beside the longest name.
  const letter = attempt === undefined ? '-' : ((attempt % 26) + 10).toString(36);
  // What stands in the other kind of message is another post: none changes back.
  const sign = messageStyle === undefined ? letter : letter.replace('-', '+').toUpperCase();
  return {
    ...body,
    nonce: `${message}${sign}${name}`,
    enforce_nonce: true,
    ...(isAnswer ? { message_reference: { message_id: message, fail_if_not_exists: false } } : {}),
  };
}

/** Whether the message shows the page. Files of one name and size are taken to be the same. */
export function isShownBy({ content, attachments, components = [] }: Posted, page: Page): boolean {
  const same = attachments.every(({ filename, size }, at) => {
    const file = page.files[at];
    return file?.name === filename && file.data.length === size;
  });
  const ids = components.flatMap((row) => row.components ?? []).map((button) => button.custom_id);
  const wanted = page.buttons.flatMap((row) => row.components).map((button) => Reflect.get(button, 'custom_id'));
  const isSame = isDeepStrictEqual(ids, wanted);
  const shown = content + components.map((component) => component.content ?? '').join('');
  return shown.trim() === page.content.trim() && attachments.length === page.files.length && same && isSame;
}

/** Whether it is made of components, and stays so. */
export function isDisplay({ flags = 0 }: Posted): boolean {
  return (flags & MessageFlags.IsComponentsV2) !== 0;
}

/** The last page has them. */
function withButtons(pages: readonly Page[], offer: Offer | undefined): readonly Page[] {
  const buttons = buttonsOf(offer);
  return pages.map((page, at) => (at === pages.length - 1 ? { ...page, buttons } : page));
}

function textPage(content: string): Page {
  return { content, files: [], buttons: [] };
}

/** The reply with all that is said in small print under it as its notice. */
function withUnshown(reply: Reply, unshown: number): Reply {
  const unshownNotices = unshown === 0 ? [] : [noticesIn(reply.language).ofPictures(unshown)];
  const notices = [reply.notice, ...unshownNotices, reply.footer];
  const notice = notices.filter((sentence) => sentence !== undefined).join('\n');
  return notice === '' ? reply : { ...reply, notice };
}
