import { writeFileSync } from "node:fs";
import { afterAll, describe, expect, test } from "vitest";
import { NODES, openKubeClient, PODS, readKubeconfig } from "../../kube-client/index.ts";
import { LAB_KERNEL_MISSING } from "../testing/kernel.ts";
import { smallLab, temporaryDir } from "../testing/labs.ts";
import { openLabClient } from "./control-client.ts";
import { startDetached } from "./detached.ts";
import { StateDir } from "./state-dir.ts";
import type { LabStatus } from "./status.ts";
import { takeDown } from "./take-down.ts";

const NAME = `test-join-${process.pid}`;
const CLUSTER = `test-api-${process.pid}`;
/** The cluster must not delete Nodes whose instances it does not know. */
const API_ONLY = "kubernetes: { cloudController: cluster }";
const REST = `nodes: [{ name: n, instanceType: t3.medium, subnet: a }]
workloads: [{ name: web, replicas: 1 }]
kubernetes: { scheduler: cluster, controllers: cluster }`;

describe.skipIf(LAB_KERNEL_MISSING !== undefined)(
  `a lab on an API server of another process (${LAB_KERNEL_MISSING ?? "on this kernel"})`,
  () => {
    const root = temporaryDir();
    const stateRoot = `${root.path}/labs`;
    const [join, cluster] = [NAME, CLUSTER].map((name) => new StateDir(stateRoot, name));

    function up(name: string, given: { rest: string; options: string[] }): Promise<LabStatus> {
      const file = `${root.path}/${name}.yaml`;
      writeFileSync(file, smallLab({ name, rest: given.rest }));
      return startDetached({
        berth: [process.execPath, "src/cli/main.ts"],
        file,
        options: given.options,
        name,
        stateRoot,
        env: { ...process.env, BERTH_LAB_STATE_DIR: stateRoot },
        signal: new AbortController().signal,
        progress: () => undefined,
      });
    }

    afterAll(async () => {
      for (const dir of [join, cluster]) if (dir !== undefined) await takeDown(dir);
      root.remove();
    });

    test("nodes join it, its scheduler and controllers run pods on them, and in the end it has no nodes", async () => {
      const { kubeconfig } = await up(CLUSTER, {
        rest: API_ONLY,
        options: ["--mode", "simulated"],
      });
      const status = await up(NAME, { rest: REST, options: ["--kubeconfig", kubeconfig] });
      expect(status.kubeconfig).toBe(kubeconfig);
      expect(status.nodes).toMatchObject([{ name: "n", ready: true }]);
      expect(status.pods).toMatchObject([{ workload: "web", node: "n", phase: "Running" }]);
      const client = openKubeClient(await readKubeconfig(kubeconfig), { userAgent: "test/1" });
      const nodes = async (): Promise<(string | undefined)[]> =>
        (await client.list(NODES)).items.map(({ metadata }) => metadata?.name);
      expect(await nodes()).toEqual(status.nodes.map(({ nodeName }) => nodeName));
      const { items } = await client.list(PODS, { labelSelector: "app=web" });
      expect(items[0]?.status?.podIP).toMatch(/^10\.0\.1\./);
      if (join === undefined) throw new Error("it has a directory");
      const said = await openLabClient(join.controlSocket).exec({
        ...{ namespace: "default", name: "web" },
        command: ["wget", "-q", "-O", "-", "http://203.0.113.10"],
      });
      expect(said.stdout.toString()).toBe('{"you":"198.51.100.1"}\n');
      await takeDown(join);
      expect(await nodes()).toEqual([]);
      client.close();
    });
  },
);
