import type { ServerResponse } from "node:http";
import type { KindDefinition } from "../kinds/kind-definition.ts";
import type { Format } from "../server/format.ts";
import type { WatchEvent } from "./classify.ts";
import { bookmarkFrame, type Frames } from "./frames.ts";

const CHUNK_BYTES = 256 * 1024;
const MOST_WAITING = 20_000;
const STALLED_MS = 60_000;

/** How one watch is to be served. */
export interface WatchStreamOptions {
  readonly kind: KindDefinition;
  readonly format: Format;
  readonly frames: Frames;
  readonly bookmarks: boolean;
  /** What is sent first. */
  readonly initial: readonly WatchEvent[];
  /** The version after the initial events; with a bookmark at their end if `initialEnd`. */
  readonly version: number;
  readonly initialEnd: boolean;
}

/**
 * Sends the events of one watch to its client, in chunks and only as fast as the client reads. One who falls too far
 * behind, or doesn't read at all for a minute, is cut off: it lists again and goes on.
 */
export class WatchStream {
  readonly #response: ServerResponse;
  readonly #options: WatchStreamOptions;
  #waiting: WatchEvent[] = [];
  #sent = 0;
  #endOfInitial: number;
  #first = true;
  #blocked = false;
  #planned = false;
  #stall: NodeJS.Timeout | undefined;
  #version: number;

  constructor(response: ServerResponse, options: WatchStreamOptions) {
    this.#response = response;
    this.#options = options;
    this.#waiting = [...options.initial];
    this.#endOfInitial = options.initialEnd ? this.#waiting.length : -1;
    this.#version = options.version;
    response.on("drain", () => {
      clearTimeout(this.#stall);
      this.#blocked = false;
      this.#flush();
    });
    response.on("close", () => {
      clearTimeout(this.#stall);
    });
    this.#plan();
  }

  /** Adds an event; `version` is the store's after it. */
  push(event: WatchEvent, version: number): void {
    this.#version = version;
    if (this.#waiting.length - this.#sent >= MOST_WAITING) {
      this.#response.destroy();
      return;
    }
    this.#waiting.push(event);
    this.#plan();
  }

  /** Tells the client, if it asked for that, that it has seen everything up to a version. */
  bookmark(version: number): void {
    this.#version = Math.max(this.#version, version);
    if (this.#options.bookmarks && this.#idle) this.#writeBookmark(false);
  }

  /** Ends the watch in good order, with a bookmark so that the client need not see anything twice. */
  end(version: number): void {
    this.bookmark(version);
    this.#response.end();
  }

  get #idle(): boolean {
    return this.#sent === this.#waiting.length && !this.#blocked && this.#endOfInitial < 0;
  }

  // Everything that happens in one turn of the event loop goes out in one write.
  #plan(): void {
    if (this.#planned || this.#blocked) return;
    this.#planned = true;
    setImmediate(() => {
      this.#planned = false;
      this.#flush();
    });
  }

  #flush(): void {
    while (!this.#blocked && !this.#response.destroyed) {
      if (this.#sent === this.#endOfInitial) {
        this.#endOfInitial = -1;
        this.#writeBookmark(true);
      } else if (this.#sent < this.#waiting.length) {
        this.#write(this.#nextChunk());
      } else {
        break;
      }
    }
    this.#forgetSent();
  }

  #forgetSent(): void {
    if (this.#sent * 2 < this.#waiting.length) return;
    this.#waiting = this.#waiting.slice(this.#sent);
    if (this.#endOfInitial >= 0) this.#endOfInitial -= this.#sent;
    this.#sent = 0;
  }

  #nextChunk(): Buffer {
    const { kind, format, frames } = this.#options;
    const parts: Buffer[] = [];
    let bytes = 0;
    const end = this.#endOfInitial < 0 ? this.#waiting.length : this.#endOfInitial;
    for (; this.#sent < end && bytes < CHUNK_BYTES; this.#sent++) {
      const event = this.#waiting[this.#sent];
      if (event === undefined) break;
      const part = this.#first
        ? frames.firstFrame(kind, event, format)
        : frames.frame(kind, event, format);
      this.#first = false;
      parts.push(part);
      bytes += part.length;
    }
    return parts.length === 1 ? (parts[0] ?? Buffer.alloc(0)) : Buffer.concat(parts, bytes);
  }

  #writeBookmark(initialEnd: boolean): void {
    const { kind, format, version } = this.#options;
    // Changes may have come while the initial events went out; they are yet to be sent.
    const seen = initialEnd ? version : this.#version;
    this.#write(bookmarkFrame(kind, format, { version: seen, initialEnd }));
  }

  #write(chunk: Buffer): void {
    if (this.#response.write(chunk)) return;
    this.#blocked = true;
    this.#stall = setTimeout(() => this.#response.destroy(), STALLED_MS);
    this.#stall.unref();
  }
}
