import { parse, stringify } from "yaml";
import { z } from "zod";

/** What an instance's user data says about its node, as on EKS. */
export interface NodeSettings {
  /** Undefined: what the instance type recommends. */
  readonly maxPods: number | undefined;
  readonly labels: Readonly<Record<string, string>>;
  readonly taints: readonly NodeTaint[];
}

/** A taint that a node registers with. */
export interface NodeTaint {
  readonly key: string;
  readonly value?: string | undefined;
  readonly effect: string;
}

const NOTHING: NodeSettings = { maxPods: undefined, labels: {}, taints: [] };

/** User data (base64) in the form of EKS's nodeadm: `kind: NodeConfig`, `apiVersion: node.eks.aws/v1alpha1`. */
export function writeUserData({ maxPods, labels, taints }: Partial<NodeSettings>): string {
  const flags = Object.entries(labels ?? {}).map(([key, value]) => `${key}=${value}`);
  const config = {
    apiVersion: "node.eks.aws/v1alpha1",
    kind: "NodeConfig",
    spec: {
      kubelet: {
        config: {
          ...(maxPods === undefined ? {} : { maxPods }),
          ...(taints === undefined || taints.length === 0 ? {} : { registerWithTaints: taints }),
        },
        ...(flags.length === 0 ? {} : { flags: [`--node-labels=${flags.join(",")}`] }),
      },
    },
  };
  return Buffer.from(stringify(config)).toString("base64");
}

const nodeConfig = z.object({
  kind: z.literal("NodeConfig"),
  spec: z.object({
    kubelet: z.object({
      config: z
        .object({
          maxPods: z.int().min(1).optional(),
          registerWithTaints: z
            .array(z.object({ key: z.string(), value: z.string().optional(), effect: z.string() }))
            .default([]),
        })
        .prefault({}),
      flags: z.array(z.string()).default([]),
    }),
  }),
});

/**
 * Reads user data (base64): a NodeConfig of nodeadm, or a script that calls `bootstrap.sh` with `--max-pods`,
 * `--node-labels` and `--register-with-taints` for the kubelet. What it does not understand it leaves out, as a machine would
 * start nevertheless.
 */
export function readUserData(base64: string | undefined): NodeSettings {
  if (base64 === undefined) return NOTHING;
  const text = Buffer.from(base64, "base64").toString("utf8");
  const parsed = nodeConfig.safeParse(parseQuietly(text));
  if (!parsed.success) return readFlags(text);
  const { config, flags } = parsed.data.spec.kubelet;
  const fromFlags = readFlags(flags.join(" "));
  return {
    maxPods: config.maxPods ?? fromFlags.maxPods,
    labels: fromFlags.labels,
    taints: [...config.registerWithTaints, ...fromFlags.taints],
  };
}

function parseQuietly(text: string): unknown {
  try {
    return parse(text);
  } catch {
    return undefined;
  }
}

function readFlags(text: string): NodeSettings {
  const flag = (name: string): string | undefined =>
    new RegExp(`--${name}[= ]["']?([^\\s"']+)`).exec(text)?.[1];
  const maxPods = Number(flag("max-pods"));
  const pairs = (name: string): string[][] =>
    (flag(name) ?? "")
      .split(",")
      .filter((pair) => pair.includes("="))
      .map((pair) => [pair.slice(0, pair.indexOf("=")), pair.slice(pair.indexOf("=") + 1)]);
  return {
    maxPods: Number.isInteger(maxPods) && maxPods > 0 ? maxPods : undefined,
    labels: Object.fromEntries(pairs("node-labels")) as Record<string, string>,
    taints: pairs("register-with-taints").map(([key = "", rest = ""]) => {
      const [value = "", effect = ""] = rest.split(":");
      return { key, value, effect };
    }),
  };
}
