import type { EndpointSlice } from "kubernetes-types/discovery/v1";
import { age } from "../printing/age.ts";
import { listText } from "../printing/list-text.ts";
import { oneOf } from "./container-rules.ts";
import { column, defineKind, nameColumn } from "./define-kind.ts";
import { required } from "./field-error.ts";
import type { KindDefinition } from "./kind-definition.ts";
import { filled, type Loose } from "./loose.ts";
import { immutable } from "./workload-rules.ts";

const TYPES = ["FQDN", "IPv4", "IPv6"];

/** discovery.k8s.io/v1 EndpointSlice. */
export const endpointSliceKind: KindDefinition = defineKind<EndpointSlice>({
  group: "discovery.k8s.io",
  version: "v1",
  kind: "EndpointSlice",
  plural: "endpointslices",
  namespaced: true,
  generation: "content",
  columns: [nameColumn, column("AddressType"), column("Ports"), column("Endpoints"), column("Age")],
  row: (slice, { nowMs }) => ({
    cells: [
      slice.metadata?.name ?? "",
      slice.addressType ?? "",
      portsText(slice),
      endpointsText(slice),
      age(slice.metadata?.creationTimestamp, nowMs),
    ],
  }),
  defaults: (slice) =>
    slice.ports === undefined
      ? slice
      : { ...slice, ports: slice.ports.map((port) => filled(port, { protocol: "TCP", name: "" })) },
  validate: (slice, old) => [
    ...(slice.addressType === undefined
      ? [required("addressType")]
      : oneOf(slice.addressType, TYPES, "addressType")),
    ...(old === undefined ? [] : immutable(slice.addressType, old.addressType, "addressType")),
  ],
});

function portsText(slice: Loose<EndpointSlice>): string {
  const ports = slice.ports ?? [];
  if (ports.length === 0) return "<unset>";
  return listText(
    ports.map((port) => {
      const name = port.name ?? "";
      return port.port === undefined ? (name === "" ? "*" : name) : `${port.port}`;
    }),
  );
}

function endpointsText(slice: Loose<EndpointSlice>): string {
  const endpoints = slice.endpoints ?? [];
  if (endpoints.length === 0) return "<unset>";
  return listText(endpoints.flatMap((endpoint) => endpoint.addresses ?? []));
}
