import { type Answer, jsonAnswer } from "../server/answer.ts";
import type { Cluster } from "../server/cluster.ts";
import { apiVersionOf } from "../server/cluster.ts";
import { unknownPath } from "../server/status-error.ts";
import { aggregated, aggregatedType, aggregatedWanted } from "./aggregated.ts";
import { type ServedGroup, servedGroups } from "./group-versions.ts";
import { apiGroup, apiGroupList, apiResourceList, apiVersions } from "./legacy.ts";

/** Tells clients what is served, in both ways of asking. */
export class Discovery {
  readonly #cluster: Cluster;
  #groups: readonly ServedGroup[] | undefined;

  constructor(cluster: Cluster) {
    this.#cluster = cluster;
    cluster.kinds.onChange(() => (this.#groups = undefined));
  }

  /** `/api` or `/apis`. */
  groups(
    legacy: boolean,
    request: { readonly accept: string | undefined; readonly host: string },
  ): Answer {
    const version = aggregatedWanted(request.accept);
    if (version !== undefined) {
      const groups = this.#served().filter(({ group }) => (group === "") === legacy);
      const body = JSON.stringify(aggregated(groups, version));
      return { status: 200, type: aggregatedType(version), body };
    }
    const body = legacy ? apiVersions(request.host) : apiGroupList(this.#served());
    return jsonAnswer(200, JSON.stringify(body));
  }

  /** `/apis/<group>`. Throws StatusError. */
  group(name: string): Answer {
    const found = this.#served().find(({ group }) => group === name && group !== "");
    if (found === undefined) throw unknownPath();
    return jsonAnswer(200, JSON.stringify(apiGroup(found)));
  }

  /** `/api/v1`, `/apis/<group>/<version>`. Throws StatusError. */
  groupVersion(group: string, version: string): Answer {
    const found = this.#served()
      .find((served) => served.group === group)
      ?.versions.find((served) => served.version === version);
    if (found === undefined) throw unknownPath();
    const body = apiResourceList(apiVersionOf({ group, version }), found.kinds);
    return jsonAnswer(200, JSON.stringify(body));
  }

  #served(): readonly ServedGroup[] {
    return (this.#groups ??= servedGroups(this.#cluster.kinds.all()));
  }
}
