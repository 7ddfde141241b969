/** Files: what people share, what the bot uploads in three steps, and who may fetch which. */
import { randomBytes } from 'node:crypto';
import { post } from './messages.ts';
import type { Channel, FileFault, StoredFile, Workspace } from './model.ts';
import type { World } from './world.ts';

const MIME_TYPES: Readonly<Record<string, string>> = {
  csv: 'text/csv',
  gif: 'image/gif',
  jpg: 'image/jpeg',
  json: 'application/json',
  md: 'text/markdown',
  mp3: 'audio/mpeg',
  pdf: 'application/pdf',
  png: 'image/png',
  svg: 'image/svg+xml',
  txt: 'text/plain',
  webp: 'image/webp',
};

/** A file as a person hands it over. */
export interface GivenFile {
  readonly name: string;
  readonly bytes: Uint8Array;
  readonly mimetype?: string;
  /** What Slack will say its size is, where that is not true. */
  readonly declaredSize?: number;
  readonly fault?: FileFault;
}

/** A place the bot got to upload to. */
export interface Upload {
  readonly id: string;
  readonly name: string;
  readonly length: number;
  readonly alt?: string;
  readonly team: string;
  bytes?: Uint8Array;
  completed: boolean;
}

/** How an upload is shared once it is there. */
export interface Sharing {
  readonly channel: Channel;
  readonly threadTs?: string;
  readonly comment: string;
}

export class Files {
  readonly #world: World;
  /** By the secret in their address. */
  readonly #uploads = new Map<string, Upload>();

  constructor(world: World) {
    this.#world = world;
  }

  store(
    workspace: Workspace,
    owner: string,
    given: GivenFile & { readonly id?: string; readonly alt?: string; readonly title?: string },
  ): StoredFile {
    const kind = given.name.split('.').pop()?.toLowerCase() ?? '';
    const file: StoredFile = {
      id: given.id ?? this.#world.newId('F'),
      team: workspace.id,
      name: given.name,
      title: given.title ?? given.name,
      mimetype: given.mimetype ?? MIME_TYPES[kind] ?? 'application/octet-stream',
      bytes: given.bytes,
      owner,
      createdAt: this.#world.clock.now(),
      sharedIn: new Set(),
      ...(given.alt === undefined ? {} : { alt: given.alt }),
      ...(given.declaredSize === undefined ? {} : { declaredSize: given.declaredSize }),
      ...(given.fault === undefined ? {} : { fault: given.fault }),
    };
    workspace.files.set(file.id, file);
    return file;
  }

  /** What the bot may see: its own files, and those shared where it is. */
  visibleToBot(workspace: Workspace, id: string): StoredFile | undefined {
    const file = workspace.files.get(id);
    if (!file) return undefined;
    const isHere = [...file.sharedIn].some((channel) => workspace.channels.get(channel)?.members.has(workspace.bot.id));
    return isHere || file.owner === workspace.bot.id ? file : undefined;
  }

  find(team: string, id: string): StoredFile | undefined {
    return this.#world.workspaces.get(team)?.files.get(id);
  }

  /** The first step: an address that takes the bytes once. */
  openUpload(workspace: Workspace, facts: { name: string; length: number; alt?: string }): { id: string; url: string } {
    const id = this.#world.newId('F');
    const secret = randomBytes(16).toString('hex');
    this.#uploads.set(secret, { id, team: workspace.id, completed: false, ...facts });
    return { id, url: `${this.#world.address}/upload/v1/${secret}` };
  }

  /** The second: the bytes themselves; nothing where the address is unknown or used. */
  uploadAt(secret: string): Upload | undefined {
    const upload = this.#uploads.get(secret);
    return upload?.bytes === undefined ? upload : undefined;
  }

  uploadOf(workspace: Workspace, id: string): Upload | undefined {
    const found = [...this.#uploads.values()].find((upload) => upload.id === id && upload.team === workspace.id);
    return found?.bytes === undefined || found.completed ? undefined : found;
  }

  /** The third: what was uploaded becomes files, and a message a little later. */
  complete(
    workspace: Workspace,
    parts: readonly { upload: Upload; title: string }[],
    sharing: Sharing | undefined,
  ): readonly StoredFile[] {
    const files = parts.map(({ upload, title }) => {
      upload.completed = true;
      const { id, name, alt, bytes = new Uint8Array() } = upload;
      return this.store(workspace, workspace.bot.id, { id, name, title, bytes, ...(alt === undefined ? {} : { alt }) });
    });
    if (sharing)
      this.#world.clock.after(this.#world.assumptions.sharingMs, () => this.#share(workspace, files, sharing));
    return files;
  }

  #share(workspace: Workspace, files: readonly StoredFile[], { channel, threadTs, comment }: Sharing): void {
    post(this.#world, {
      channel,
      author: workspace.bot,
      content: { text: comment, blocks: [], attachments: [] },
      files,
      ...(threadTs === undefined ? {} : { threadTs }),
    });
  }
}
