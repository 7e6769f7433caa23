import {
  type ApiDescription,
  describeApi,
  OPENAPI_V2_CONTENT_TYPE,
} from "../openapi/describe-api.ts";
import { type Answer, jsonAnswer } from "../server/answer.ts";
import type { Cluster } from "../server/cluster.ts";
import { unknownPath } from "../server/status-error.ts";
import { GIT_VERSION } from "./version.ts";

/** The OpenAPI documents of what is served now. */
export class OpenApi {
  readonly #cluster: Cluster;
  #description: ApiDescription | undefined;

  constructor(cluster: Cluster) {
    this.#cluster = cluster;
    cluster.kinds.onChange(() => (this.#description = undefined));
  }

  /** `/openapi/v2`: protobuf, unless only JSON is accepted. */
  v2(accept: string | undefined): Answer {
    const wantsJson = accept !== undefined && !accept.includes("proto") && accept.includes("json");
    if (wantsJson) return jsonAnswer(200, this.#described().v2Json());
    return { status: 200, type: OPENAPI_V2_CONTENT_TYPE, body: this.#described().v2() };
  }

  /** `/openapi/v3` and below; `path` is what follows. Throws StatusError. */
  v3(path: string): Answer {
    const text = path === "" ? this.#described().v3Root() : this.#described().v3(path);
    if (text === undefined) throw unknownPath();
    return jsonAnswer(200, text);
  }

  #described(): ApiDescription {
    this.#description ??= describeApi(
      this.#cluster.kinds.all().map((kind) => {
        const schema = this.#cluster.isCustom(kind) ? this.#cluster.schemaOf(kind) : undefined;
        return {
          group: kind.group,
          version: kind.version,
          kind: kind.kind,
          plural: kind.plural,
          namespaced: kind.namespaced,
          subresources: kind.subresources.map(({ name }) => name),
          ...(schema === undefined ? {} : { schema }),
        };
      }),
      GIT_VERSION,
    );
    return this.#description;
  }
}
