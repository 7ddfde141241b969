/** What comes from elsewhere and who keeps it: files that people send, where links lead, bytes, secrets, what has arrived. */

/** A file that the model is not given. */
export interface FileFault {
  readonly name: string;
  /**
   * `kind`: of a kind the model does not read. `size`: too many bytes. `count`: one more than is taken at once. `download`: it
   * could not be fetched. `page`: a web page came in its place, as where a login is wanted.
   */
  readonly why: 'kind' | 'size' | 'count' | 'download' | 'page';
}

/** The bytes of a file, or why there are none. */
export type Downloaded =
  | { readonly bytes: Uint8Array }
  | { readonly fault: Exclude<FileFault['why'], 'kind' | 'count'> };

/** A file on the web. */
export interface Wanted {
  readonly url: string;
  /** What it is said to be: a web page in place of anything else is a fault. */
  readonly mimeType: string;
  readonly maxBytes: number;
  /** The names of the hosts that it may come from, over https; one that begins with a dot stands for all below it. */
  readonly hosts: readonly string[];
  /** An origin that the operator chose, which may also be plain http and on this machine. */
  readonly own?: string;
  /** A token that these hosts and that origin are shown. */
  readonly bearer?: string;
}

/** Fetches what an address names that comes from others. */
export interface Downloader {
  /**
   * Fetches it within bytes and time. Only `hosts` and `own` are asked, also where one sends on to another, and a name
   * of `hosts` that leads to an address which is not public is not followed. Rejects only with the reason of `signal`.
   */
  fetch(wanted: Wanted, signal: AbortSignal): Promise<Downloaded>;
}

/** Who knows where addresses lead that only redirect. */
export interface Redirects {
  /**
   * Where those of the addresses lead that are known to redirect; undefined, at once, when none is. Never rejects: what
   * cannot be found in time, or before the signal aborts, is left out.
   */
  follow(urls: readonly string[], signal: AbortSignal): Promise<ReadonlyMap<string, string>> | undefined;
}

/** Bytes kept for a while, in base64, by their content. What is kept in one place is not to be found in another. */
export interface BlobStore {
  /** Resolves with the name of what is kept: the SHA-256 of its bytes. Keeping it again begins its time anew. @throws StorageUnavailable */
  keep(place: string, base64: string): Promise<string>;
  /** Undefined for what was never kept there, or not that long. @throws StorageUnavailable, StorageCorrupt */
  find(place: string, name: string): Promise<string | undefined>;
  /** @throws StorageUnavailable */
  drop(place: string, names: readonly string[]): Promise<void>;
}

/** Who knows where addresses lead that only redirect. */
export interface Redirects {
  /**
   * Where those of the addresses lead that are known to redirect; undefined, at once, when none is. Never rejects: what
   * cannot be found in time, or before the signal aborts, is left out.
   */
  follow(urls: readonly string[], signal: AbortSignal): Promise<ReadonlyMap<string, string>> | undefined;
}

/** What a platform keeps of a workspace so that nobody else can read it; erased with all that is kept of the workspace. */
export interface SecretStore {
  /** @throws StorageUnavailable, StorageCorrupt */
  get(workspace: string): Promise<string | undefined>;
  /** @throws StorageUnavailable */
  set(workspace: string, sealed: string): Promise<void>;
  /** @throws StorageUnavailable */
  delete(workspace: string): Promise<void>;
}

/** What a platform was told that it arrived, until it is handed over; erased with all that is kept of its workspace. */
export interface Arrivals {
  /** Keep and done: the id begins with the workspace and a slash. @throws StorageUnavailable */
  keep(id: string, payload: Readonly<Record<string, unknown>>): Promise<void>;
  done(id: string): Promise<void>;
  /** What an earlier process left, in the order of their ids. @throws StorageUnavailable */
  left(): Promise<readonly Readonly<Record<string, unknown>>[]>;
}
