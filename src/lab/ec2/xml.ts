import XMLBuilder from "fast-xml-builder";
import type { Ec2Fault } from "./fault.ts";

/** A value of a reply. `undefined` leaves the element out; an array becomes `<item>` children. */
export type XmlValue = string | number | boolean | undefined | readonly XmlValue[] | XmlStruct;

/** The children of an element, by their EC2 element names, in the order of the reply. */
export interface XmlStruct {
  readonly [element: string]: XmlValue;
}

const NAMESPACE = "http://ec2.amazonaws.com/doc/2016-11-15/";
const DECLARATION = '<?xml version="1.0" encoding="UTF-8"?>\n';

const builder = new XMLBuilder({
  attributeNamePrefix: "@",
  ignoreAttributes: false,
  processEntities: true,
  suppressEmptyNode: false,
});

/** The body of a successful reply to an EC2 action. */
export function replyXml(
  action: string,
  { requestId, reply }: { readonly requestId: string; readonly reply: XmlStruct },
): string {
  const children = elements(reply);
  return (
    DECLARATION +
    builder.build({
      [`${action}Response`]: { "@xmlns": NAMESPACE, requestId, ...children },
    })
  );
}

/** The body of a successful reply of the Security Token Service, which wraps results as most query services do. */
export function stsReplyXml(
  action: string,
  { requestId, reply }: { readonly requestId: string; readonly reply: XmlStruct },
): string {
  const children = {
    "@xmlns": "https://sts.amazonaws.com/doc/2011-06-15/",
    [`${action}Result`]: elements(reply),
    ResponseMetadata: { RequestId: requestId },
  };
  return DECLARATION + builder.build({ [`${action}Response`]: children });
}

/** The body of a refusal. EC2's error document has no namespace, and spells `RequestID` with a capital D. */
export function faultXml(fault: Ec2Fault, requestId: string): string {
  const error = { Code: fault.code, Message: printable(fault.message) };
  return (
    DECLARATION +
    builder.build({
      Response: { Errors: { Error: error }, RequestID: requestId },
    })
  );
}

type Built = string | Built[] | { [element: string]: Built };

function elements(struct: XmlStruct): { [element: string]: Built } {
  const built: { [element: string]: Built } = {};
  for (const [name, value] of Object.entries(struct)) {
    if (value !== undefined) built[name] = element(value);
  }
  return built;
}

function element(value: Exclude<XmlValue, undefined>): Built {
  if (typeof value === "string") return printable(value);
  if (typeof value === "number" || typeof value === "boolean") return String(value);
  if (isList(value)) {
    const items = value.flatMap((item) => (item === undefined ? [] : [element(item)]));
    return items.length === 0 ? "" : { item: items };
  }
  return elements(value);
}

function isList(value: readonly XmlValue[] | XmlStruct): value is readonly XmlValue[] {
  return Array.isArray(value);
}

// XML 1.0 has no way to write these characters, not even as references; a reply with one can't be parsed.
function printable(text: string): string {
  return text.replace(/[\u0000-\u0008\u000b\u000c\u000e-\u001f\ufffe\uffff]/g, "\ufffd");
}
