import { expect, test } from "vitest";
import { readNodeRules } from "./read-rules.ts";

const RULES = `
- name: large
  selector:
    matchLabels: { node.kubernetes.io/instance-type: m5.24xlarge }
  set: { WARM_IP_TARGET: 20, MINIMUM_IP_TARGET: "100" }
- name: spot
  selector:
    matchExpressions:
      - { key: capacity, operator: In, values: [spot] }
      - { key: pinned, operator: DoesNotExist }
  set: { WARM_ENI_TARGET: 0, MAX_ENI: 2 }
- name: rest
  selector: {}
  set: {}
`;

test("rules are read in their order, with their selectors", () => {
  const read = readNodeRules(RULES);
  const rules = read.ok ? read.value : [];
  expect(rules.map(({ name, set }) => ({ name, set }))).toEqual([
    { name: "large", set: { WARM_IP_TARGET: 20, MINIMUM_IP_TARGET: 100 } },
    { name: "spot", set: { WARM_ENI_TARGET: 0, MAX_ENI: 2 } },
    { name: "rest", set: {} },
  ]);
  const first = (labels: Record<string, string>): string | undefined =>
    rules.find(({ matches }) => matches(labels))?.name;
  expect(first({ "node.kubernetes.io/instance-type": "m5.24xlarge", capacity: "spot" })).toBe(
    "large",
  );
  expect(first({ capacity: "spot" })).toBe("spot");
  expect(first({ capacity: "spot", pinned: "" })).toBe("rest");
});

test.each(["", "# nothing yet", "[]"])("%j is no rule at all", (text) => {
  expect(readNodeRules(text)).toEqual({ ok: true, value: [] });
});

/** One rule with this in place of its set, or of its selector. */
const withSet = (set: string): string => `[{ name: a, selector: {}, set: ${set} }]`;
const withSelector = (selector: string): string => `[{ name: a, selector: ${selector}, set: {} }]`;

test.each([
  { text: "- name: [", error: "the rules are not YAML: " },
  { text: "- name: *large", error: "the rules are not YAML: Unresolved alias" },
  { text: "name: a", error: "the rules must be a list; each has name, selector and set" },
  { text: "- a", error: "rule number 1, field itself: " },
  { text: "[{ selector: {}, set: {} }]", error: "rule number 1, field name: " },
  { text: "[{ name: a, set: {} }]", error: 'rule "a", field selector: ' },
  {
    text: withSet("{ WARM_IP_TARGE: 5 }"),
    error: 'rule "a", field set.WARM_IP_TARGE: is not known; did you mean WARM_IP_TARGET?',
  },
  {
    text: withSet("{ ENABLE_POD_ENI: 1 }"),
    error: 'rule "a", field set.ENABLE_POD_ENI: is not known; there is WARM_ENI_TARGET, ',
  },
  {
    text: "[{ name: a, selector: {}, sets: {}, set: {} }]",
    error: 'rule "a", field sets: is not known; did you mean set?',
  },
  ...["-1", "1.5", "many", '"5s"', "10001", "true", "null"].map((value) => ({
    text: withSet(`{ WARM_IP_TARGET: ${value} }`),
    error: 'rule "a", field set.WARM_IP_TARGET: must be a whole number from 0 to 10000',
  })),
  {
    text: withSet("{ MAX_ENI: 0 }"),
    error: 'rule "a", field set.MAX_ENI: must be a whole number from 1 to 10000',
  },
  {
    text: withSelector("{ matchExpressions: [{ key: a, operator: Exists, values: [b] }] }"),
    error: 'rule "a", field selector.matchExpressions.0.values: In and NotIn need values',
  },
  {
    text: withSelector("{ matchExpressions: [{ key: a, operator: In }] }"),
    error: 'rule "a", field selector.matchExpressions.0.values: In and NotIn need values',
  },
  {
    text: withSelector("{ matchExpressions: [{ key: a, operator: Is }] }"),
    error: 'rule "a", field selector.matchExpressions.0.operator: ',
  },
  {
    text: "[{ name: a, selector: {}, set: {} }, { name: a, selector: {}, set: {} }]",
    error: 'rule "a", field name: another rule has it too',
  },
])("$text is refused: $error", ({ text, error }) => {
  expect(readNodeRules(text)).toEqual({
    ok: false,
    error: expect.stringMatching(new RegExp(`^${error.replace(/[.?"]/g, "\\$&")}`)) as string,
  });
});
