import { describe, expect, test } from "vitest";
import { create, kindNamed, objectOf } from "./testing.ts";

const ME = { username: "me", uid: "1", groups: ["system:authenticated"] };

describe("reviews are answered, not stored", () => {
  test.each([
    { kind: "SelfSubjectAccessReview", fields: {}, want: { allowed: true } },
    { kind: "SubjectAccessReview", fields: {}, want: { allowed: true } },
    { kind: "LocalSubjectAccessReview", fields: {}, want: { allowed: true } },
    { kind: "SelfSubjectRulesReview", fields: {}, want: { incomplete: false } },
    {
      kind: "SelfSubjectReview",
      fields: {},
      want: { userInfo: ME },
    },
    {
      kind: "TokenReview",
      fields: { spec: { token: "t" } },
      want: { authenticated: true, user: ME },
    },
    { kind: "TokenReview", fields: { spec: { token: "?" } }, want: { authenticated: false } },
    { kind: "TokenReview", fields: {}, want: { authenticated: false } },
  ])("$kind", ({ kind, fields, want }) => {
    expect(kindNamed(kind).stored).toBe(false);
    const { object } = create(kind, fields, {
      userInfo: ME,
      userOfToken: (token) => (token === "t" ? ME : undefined),
    });
    expect(object["status"]).toMatchObject(want);
  });

  test("who isn't known is anonymous", () => {
    expect(create("SelfSubjectReview", {}).object["status"]).toMatchObject({
      userInfo: { username: "system:anonymous" },
    });
  });
});

test("the two groups of events are two faces of one object", () => {
  const view = kindNamed("Event", "events.k8s.io");
  const event = objectOf(view, {
    regarding: { kind: "Pod", name: "p" },
    note: "hello",
    reportingController: "berth",
    reportingInstance: "berth-1",
    reason: "R",
    action: "A",
    type: "Normal",
    eventTime: "2026-01-01T00:00:00.000000Z",
    deprecatedSource: { component: "c" },
    deprecatedFirstTimestamp: "2026-01-01T00:00:00Z",
    deprecatedLastTimestamp: "2026-01-01T00:00:01Z",
    deprecatedCount: 2,
  });
  const stored = view.viewOf?.toStored(event);
  expect(stored).toMatchObject({
    apiVersion: "v1",
    kind: "Event",
    metadata: event.metadata,
    involvedObject: { kind: "Pod", name: "p" },
    message: "hello",
    reportingComponent: "berth",
    source: { component: "c" },
    count: 2,
    lastTimestamp: "2026-01-01T00:00:01Z",
  });
  expect(stored === undefined ? undefined : view.viewOf?.fromStored(stored)).toEqual(event);
});
