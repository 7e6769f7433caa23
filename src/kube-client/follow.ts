import type { KubeClient, Selection, WatchEvent } from "./kube-client.ts";
import { KubeError } from "./kube-error.ts";
import { keyOf } from "./object-store.ts";
import type { ObjectStore } from "./object-store.ts";
import type { KubeObject, TypedResource } from "./resource.ts";

/** What is followed, and who is told. */
export interface Following<T extends KubeObject> {
  readonly client: KubeClient;
  readonly resource: TypedResource<T>;
  readonly selection: Selection;
  readonly store: ObjectStore<T>;
  readonly signal: AbortSignal;
  readonly onSynced: () => void;
  readonly onError: (error: unknown) => void;
}

// The waits of client-go's reflector: from 0.8 s doubling to 30 s, up to as much again at random, from the beginning
// after two quiet minutes.
const FIRST_DELAY_MS = 800;
const LONGEST_DELAY_MS = 30_000;
const RESET_MS = 120_000;
// A watch that ends sooner, and without an event, is a failure.
const SHORTEST_WATCH_MS = 1_000;
const END_OF_INITIAL_EVENTS = "k8s.io/initial-events-end";

/** Keeps the store equal to what the server has, until `signal` aborts. */
export async function follow<T extends KubeObject>(following: Following<T>): Promise<void> {
  const { client, signal } = following;
  const { time } = client;
  const position: Position = { version: undefined, watchList: true };
  let delayMs = FIRST_DELAY_MS;
  let failedMs = Number.NEGATIVE_INFINITY;
  while (!signal.aborted) {
    const outcome = await step(following, position);
    if (outcome === "goOn") continue;
    if (outcome !== "tooShort") following.onError(outcome.error);
    if (time.nowMs() - failedMs > RESET_MS) delayMs = FIRST_DELAY_MS;
    failedMs = time.nowMs();
    await time.sleep(delayMs * (1 + Math.random()), { signal });
    delayMs = Math.min(LONGEST_DELAY_MS, delayMs * 2);
  }
}

interface Position {
  /** What the store reflects; undefined: it must be brought up to date as a whole. */
  version: string | undefined;
  /** Whether the server can send what exists as the beginning of a watch. */
  watchList: boolean;
}

type Outcome = "goOn" | "tooShort" | { readonly error: unknown };

async function step<T extends KubeObject>(
  following: Following<T>,
  position: Position,
): Promise<Outcome> {
  const begunMs = performance.now();
  try {
    if (position.version === undefined && !position.watchList) await listAll(following, position);
    const events = await watchOn(following, position);
    const short =
      !following.signal.aborted && events === 0 && performance.now() - begunMs < SHORTEST_WATCH_MS;
    return short ? "tooShort" : "goOn";
  } catch (error) {
    if (following.signal.aborted) return "goOn";
    if (position.version === undefined && position.watchList && isRefusal(error)) {
      position.watchList = false;
      return "goOn";
    }
    if (position.version === undefined || keepsPosition(error)) return { error };
    position.version = undefined;
    // An expired version is no failure: the watch was away for too long.
    return error instanceof KubeError && error.status === 410 ? "goOn" : { error };
  }
}

/** Servers that know no watch-lists refuse the parameters as invalid. */
function isRefusal(error: unknown): boolean {
  return error instanceof KubeError && (error.status === 422 || error.status === 400);
}

/** The server could not answer, but nothing says that it has forgotten the version. */
function keepsPosition(error: unknown): boolean {
  return error instanceof KubeError && [0, 429, 500, 502, 503].includes(error.status);
}

async function listAll<T extends KubeObject>(
  { client, resource, selection, store, signal, onSynced }: Following<T>,
  position: Position,
): Promise<void> {
  const { items, resourceVersion } = await client.list(resource, selection);
  if (signal.aborted) return;
  store.replace(items);
  position.version = resourceVersion;
  onSynced();
}

/** Resolves with the number of events when the watch has ended. */
async function watchOn<T extends KubeObject>(
  { client, resource, selection, store, signal, onSynced }: Following<T>,
  position: Position,
): Promise<number> {
  let events = 0;
  // While what exists is being sent: collected here, so that listeners only ever see differences.
  let fresh = position.version === undefined ? new Map<string, T>() : undefined;

  function onEvent({ type, object }: WatchEvent<T>): void {
    if (signal.aborted) return;
    events++;
    const { metadata } = object;
    const initialEnd = metadata?.annotations?.[END_OF_INITIAL_EVENTS] === "true";
    if (fresh !== undefined && type === "BOOKMARK" && initialEnd) {
      store.replace(fresh.values());
      fresh = undefined;
      position.version = metadata.resourceVersion;
      onSynced();
    } else if (fresh !== undefined) collect(fresh, type, object);
    else {
      if (type === "DELETED") store.remove(object);
      else if (type !== "BOOKMARK") store.put(object);
      position.version = metadata?.resourceVersion ?? position.version;
    }
  }

  await client.watch(
    resource,
    {
      ...selection,
      ...(fresh === undefined
        ? { resourceVersion: position.version }
        : { sendInitialEvents: true }),
      timeoutSeconds: 300 + Math.floor(Math.random() * 300),
      signal,
    },
    onEvent,
  );
  return events;
}

function collect<T extends KubeObject>(
  fresh: Map<string, T>,
  type: WatchEvent<T>["type"],
  object: T,
): void {
  const key = keyOf(object.metadata ?? {});
  if (type === "DELETED") fresh.delete(key);
  else if (type !== "BOOKMARK") fresh.set(key, object);
}
