import type { Tags } from "../../../vpc/index.ts";
import type { XmlStruct } from "../xml.ts";

/** The items of a `tagSet`. */
export function tagItems(tags: Tags): readonly XmlStruct[] {
  return [...tags].map(([key, value]) => ({ key, value }));
}
