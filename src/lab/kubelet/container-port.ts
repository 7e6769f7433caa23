import type { Container } from "kubernetes-types/core/v1";

/** A port given as a number, or by the name of one of the container's ports; undefined when there is none of that name. */
export function containerPort(
  port: number | string,
  { ports = [] }: Pick<Container, "ports">,
): number | undefined {
  if (typeof port === "number") return port;
  const named = ports.find(({ name }) => name === port)?.containerPort;
  return named ?? (/^\d+$/.test(port) ? Number(port) : undefined);
}
