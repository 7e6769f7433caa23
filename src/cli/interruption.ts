const SIGNALS = ["SIGINT", "SIGTERM", "SIGHUP"] as const;

/** A function that gives one AbortSignal for all its callers, and takes over the signals of the process at the first call. */
export function newInterruption(): () => AbortSignal {
  let controller: AbortController | undefined;
  return () => {
    if (controller !== undefined) return controller.signal;
    const created = new AbortController();
    controller = created;
    for (const name of SIGNALS) {
      process.on(name, () => {
        created.abort(name);
      });
    }
    return created.signal;
  };
}
