import type { Endpoints } from "kubernetes-types/core/v1";
import { age } from "../printing/age.ts";
import { listText } from "../printing/list-text.ts";
import { portNumber } from "./container-rules.ts";
import { column, defineKind, nameColumn } from "./define-kind.ts";
import type { KindDefinition } from "./kind-definition.ts";
import { filled, type Loose } from "./loose.ts";

/** core/v1 Endpoints. */
export const endpointsKind: KindDefinition = defineKind<Endpoints>({
  group: "",
  version: "v1",
  kind: "Endpoints",
  listKind: "EndpointsList",
  plural: "endpoints",
  singular: "endpoints",
  shortNames: ["ep"],
  namespaced: true,
  columns: [nameColumn, column("Endpoints"), column("Age")],
  row: (endpoints, { nowMs }) => ({
    cells: [
      endpoints.metadata?.name ?? "",
      listText(addresses(endpoints)),
      age(endpoints.metadata?.creationTimestamp, nowMs),
    ],
  }),
  defaults: (endpoints) =>
    endpoints.subsets === undefined
      ? endpoints
      : {
          ...endpoints,
          subsets: endpoints.subsets.map((subset) =>
            subset.ports === undefined
              ? subset
              : {
                  ...subset,
                  ports: subset.ports.map((port) => filled(port, { protocol: "TCP" })),
                },
          ),
        },
  validate: (endpoints) =>
    (endpoints.subsets ?? []).flatMap((subset, index) =>
      (subset.ports ?? []).flatMap((port, at) =>
        portNumber(port.port ?? 0, `subsets[${index}].ports[${at}].port`),
      ),
    ),
});

function addresses(endpoints: Loose<Endpoints>): readonly string[] {
  return (endpoints.subsets ?? []).flatMap(({ ports, addresses: ready }) =>
    // A service without ports still has addresses.
    (ports ?? []).length === 0
      ? (ready ?? []).map((address) => address.ip ?? "")
      : (ports ?? []).flatMap((port) =>
          (ready ?? []).map((address) => `${address.ip ?? ""}:${port.port ?? 0}`),
        ),
  );
}
