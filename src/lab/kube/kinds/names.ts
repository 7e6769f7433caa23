const SUBDOMAIN = /^[a-z0-9]([-a-z0-9]*[a-z0-9])?(\.[a-z0-9]([-a-z0-9]*[a-z0-9])?)*$/;
const LABEL = /^[a-z0-9]([-a-z0-9]*[a-z0-9])?$/;
const LABEL_1035 = /^[a-z]([-a-z0-9]*[a-z0-9])?$/;
const QUALIFIED_NAME = /^([A-Za-z0-9][-A-Za-z0-9_.]*)?[A-Za-z0-9]$/;
const LABEL_VALUE = /^(([A-Za-z0-9][-A-Za-z0-9_.]*)?[A-Za-z0-9])?$/;
const CONFIG_KEY = /^[-._a-zA-Z0-9]+$/;
const PORT_NAME = /^[a-z0-9]([a-z0-9-]*[a-z0-9])*$/;

/** Whether and why a text may not be used: one sentence for each broken rule; empty if it is fine. */
export type NameRule = (text: string) => readonly string[];

/** RFC 1123 subdomain: names of most objects. */
export const subdomainRule: NameRule = (text) => [
  ...longerThan(text, 253),
  ...unless(
    SUBDOMAIN.test(text),
    "a lowercase RFC 1123 subdomain must consist of lower case alphanumeric characters, '-' or '.', and must start and end with an alphanumeric character (e.g. 'example.com', regex used for validation is '[a-z0-9]([-a-z0-9]*[a-z0-9])?(\\.[a-z0-9]([-a-z0-9]*[a-z0-9])?)*')",
  ),
];

/** RFC 1123 label: names of namespaces, containers and volumes. */
export const labelRule: NameRule = (text) => [
  ...longerThan(text, 63),
  ...unless(
    LABEL.test(text),
    "a lowercase RFC 1123 label must consist of lower case alphanumeric characters or '-', and must start and end with an alphanumeric character (e.g. 'my-name',  or '123-abc', regex used for validation is '[a-z0-9]([-a-z0-9]*[a-z0-9])?')",
  ),
];

/** RFC 1035 label: names of services. */
export const label1035Rule: NameRule = (text) => [
  ...longerThan(text, 63),
  ...unless(
    LABEL_1035.test(text),
    "a DNS-1035 label must consist of lower case alphanumeric characters or '-', start with an alphabetic character, and end with an alphanumeric character (e.g. 'my-name',  or 'abc-123', regex used for validation is '[a-z]([-a-z0-9]*[a-z0-9])?')",
  ),
];

/** What can stand in a path of a URL: names of roles and their bindings. */
export const pathSegmentRule: NameRule = (text) => [
  ...unless(text !== ".", "may not be '.'"),
  ...unless(text !== "..", "may not be '..'"),
  ...unless(!text.includes("/"), "may not contain '/'"),
  ...unless(!text.includes("%"), "may not contain '%'"),
];

/** Keys of labels, annotations, node selectors and taints: a name with an optional DNS prefix. */
export const qualifiedNameRule: NameRule = (text) => {
  const parts = text.split("/");
  const name = parts.at(-1) ?? "";
  if (parts.length > 2) {
    return [
      "a qualified name must consist of alphanumeric characters, '-', '_' or '.', and must start and end with an alphanumeric character (e.g. 'MyName',  or 'my.name',  or '123-abc', regex used for validation is '([A-Za-z0-9][-A-Za-z0-9_.]*)?[A-Za-z0-9]') with an optional DNS subdomain prefix and '/' (e.g. 'example.com/MyName')",
    ];
  }
  const prefix = parts.length === 2 ? (parts[0] ?? "") : undefined;
  const inPrefix =
    prefix === undefined
      ? []
      : prefix === ""
        ? ["prefix part must be non-empty"]
        : subdomainRule(prefix).map((sentence) => `prefix part ${sentence}`);
  if (name === "") return [...inPrefix, "name part must be non-empty"];
  return [
    ...inPrefix,
    ...longerThan(name, 63).map((sentence) => `name part ${sentence}`),
    ...unless(
      QUALIFIED_NAME.test(name),
      "name part must consist of alphanumeric characters, '-', '_' or '.', and must start and end with an alphanumeric character (e.g. 'MyName',  or 'my.name',  or '123-abc', regex used for validation is '([A-Za-z0-9][-A-Za-z0-9_.]*)?[A-Za-z0-9]')",
    ),
  ];
};

/** Values of labels. */
export const labelValueRule: NameRule = (text) => [
  ...longerThan(text, 63),
  ...unless(
    LABEL_VALUE.test(text),
    "a valid label must be an empty string or consist of alphanumeric characters, '-', '_' or '.', and must start and end with an alphanumeric character (e.g. 'MyValue',  or 'my_value',  or '12345', regex used for validation is '(([A-Za-z0-9][-A-Za-z0-9_.]*)?[A-Za-z0-9])?')",
  ),
];

/** Keys of ConfigMaps and Secrets. */
export const configKeyRule: NameRule = (text) => [
  ...longerThan(text, 253),
  ...unless(
    CONFIG_KEY.test(text),
    "a valid config key must consist of alphanumeric characters, '-', '_' or '.' (e.g. 'key.name',  or 'KEY_NAME',  or 'key-name', regex used for validation is '[-._a-zA-Z0-9]+')",
  ),
  ...pathSegmentRule(text).filter((sentence) => sentence.startsWith("may not be")),
];

/** Names of environment variables: since 1.34 all printable ASCII besides `=`. */
export const envNameRule: NameRule = (text) =>
  unless(
    /^[ -<>-~]+$/.test(text),
    "a valid environment variable name must consist only of printable ASCII characters other than '='",
  );

/** Names of container ports (IANA service names). */
export const portNameRule: NameRule = (text) => [
  ...longerThan(text, 15),
  ...unless(
    PORT_NAME.test(text),
    "must contain only alpha-numeric characters (a-z, 0-9), and hyphens (-)",
  ),
  ...unless(/[a-z]/.test(text), "must contain at least one letter (a-z)"),
];

function longerThan(text: string, maxBytes: number): string[] {
  return unless(Buffer.byteLength(text) <= maxBytes, `must be no more than ${maxBytes} bytes`);
}

function unless(good: boolean, sentence: string): string[] {
  return good ? [] : [sentence];
}
