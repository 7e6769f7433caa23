import { type Action, DONE } from "../action.ts";
import { describeAction } from "../describe.ts";
import { missingParameter } from "../fault.ts";
import { need } from "../outcome.ts";
import { readTags } from "../values.ts";
import type { World } from "../world.ts";

const createTags: Action<World> = {
  name: "CreateTags",
  kind: "change",
  required: ["ResourceId", "Tag"],
  optional: [],
  dryRun: true,
  run: ({ params, world }) => {
    need(world.region.tags.create(params.list("ResourceId"), readTags(params)));
    return DONE;
  },
};

const deleteTags: Action<World> = {
  name: "DeleteTags",
  kind: "change",
  required: ["ResourceId"],
  optional: ["Tag"],
  dryRun: true,
  run: ({ params, world }) => {
    const tags = params.structs("Tag").map((tag) => {
      const key = tag.text("Key");
      if (key === undefined) throw missingParameter("Tag.Key");
      return { key, value: tag.text("Value") };
    });
    need(world.region.tags.delete(params.list("ResourceId"), tags));
    return DONE;
  },
};

const describeTags: Action<World> = describeAction({
  name: "DescribeTags",
  set: "tagSet",
  pageSize: [5, 1000],
  key: ["resourceId", "key"],
  filters: {
    key: "key",
    "resource-id": "resourceId",
    "resource-type": "resourceType",
    value: "value",
  },
  filtered: (tag) => ({ ...tag, tagSet: [tag] }),
  items: ({ world }) =>
    world.region.tags.list().map(({ resourceId, resourceType, key, value }) => ({
      resourceId,
      resourceType,
      key,
      value,
    })),
});

/** The actions on tags. */
export const tagActions: readonly Action<World>[] = [createTags, deleteTags, describeTags];
