import { invariant } from "../base/index.ts";
import type { ResourceIds, ResourceKind } from "../facts/index.ts";
import { done, type Ec2ErrorCode, type Outcome, refuse } from "./failure.ts";

/** The records of one kind of resource by id, in the order in which they were made. Read-only view. */
export interface Directory<Id, T> {
  readonly size: number;
  /** The record, or undefined. */
  get(id: Id): T | undefined;
  /** The record, or EC2's `….NotFound` failure, whose message quotes the id. */
  find(id: Id): Outcome<T>;
  /** All records, oldest first. */
  list(): readonly T[];
}

/** What EC2 says when there is no such resource. */
export interface NotFound {
  readonly code: Ec2ErrorCode;
  /** The words before the quoted id: `The subnet ID`. */
  readonly what: string;
}

/** A {@link Directory} that its room can change: a new record takes the place of the old one. */
export class Table<
  K extends ResourceKind,
  T extends { readonly id: ResourceIds[K] },
> implements Directory<ResourceIds[K], T> {
  readonly #records = new Map<ResourceIds[K], T>();
  readonly #notFound: NotFound;

  constructor(notFound: NotFound) {
    this.#notFound = notFound;
  }

  get size(): number {
    return this.#records.size;
  }

  get(id: ResourceIds[K]): T | undefined {
    return this.#records.get(id);
  }

  find(id: ResourceIds[K]): Outcome<T> {
    const record = this.#records.get(id);
    const { code, what } = this.#notFound;
    return record === undefined ? refuse(code, `${what} '${id}' does not exist`) : done(record);
  }

  list(): readonly T[] {
    return [...this.#records.values()];
  }

  /** The record of an id that an earlier check has found; its absence is a bug. */
  known(id: ResourceIds[K]): T {
    const record = this.#records.get(id);
    invariant(record !== undefined, `${this.#notFound.what} '${id}' does not exist`);
    return record;
  }

  /** Adds the record, or puts it in place of the one with its id. Returns it. */
  put(record: T): T {
    this.#records.set(record.id, record);
    return record;
  }

  /** Changes some fields of a known record. Returns the new one. */
  change(id: ResourceIds[K], fields: Partial<T>): T {
    return this.put({ ...this.known(id), ...fields });
  }

  delete(id: ResourceIds[K]): void {
    this.#records.delete(id);
  }
}
