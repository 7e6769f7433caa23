import type { Action } from "../action.ts";
import type { World } from "../world.ts";

/** STS's GetCallerIdentity, on the same port: the first thing that many tools ask. */
export const getCallerIdentity: Action<World> = {
  name: "GetCallerIdentity",
  service: "sts",
  kind: "read",
  required: [],
  optional: [],
  dryRun: false,
  run: ({ world }) => {
    const account = world.region.settings.accountId;
    return {
      Arn: `arn:aws:iam::${account}:user/lab`,
      UserId: "AIDALAB0000000000001",
      Account: account,
    };
  },
};
