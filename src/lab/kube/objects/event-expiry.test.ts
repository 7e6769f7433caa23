import { expect, test } from "vitest";
import { ObjectStore } from "../storage/object-store.ts";
import { removeOldEvents } from "./event-expiry.ts";

const NOW_MS = Date.parse("2026-01-02T12:00:00Z");
const OLD = "2026-01-02T10:59:59Z";
const RECENT = "2026-01-02T11:00:01Z";

test.each([
  { name: "was made long ago", created: OLD, fields: {}, stays: false },
  { name: "was made lately", created: RECENT, fields: {}, stays: true },
  { name: "was counted lately", created: OLD, fields: { lastTimestamp: RECENT }, stays: true },
  {
    name: "was seen lately in a series",
    created: OLD,
    fields: { lastTimestamp: null, series: { count: 2, lastObservedTime: RECENT } },
    stays: true,
  },
])("an event that $name: stays is $stays", ({ created, fields, stays }) => {
  const store = new ObjectStore();
  const table = store.table({ group: "", plural: "events" });
  store.create(table, {
    apiVersion: "v1",
    kind: "Event",
    metadata: { name: "e", namespace: "default", creationTimestamp: created },
    ...fields,
  });
  removeOldEvents({ store, time: { nowMs: () => NOW_MS, sleep: async () => undefined } });
  expect(table.size).toBe(stays ? 1 : 0);
});
