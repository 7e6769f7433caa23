import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { eventually } from "./harness/eventually.ts";
import { Lab } from "./harness/lab.ts";
import { KUBECTLS } from "./harness/kube-tools.ts";
import { labFile } from "./harness/lab-file.ts";
import { skipNote, whyNoKernel } from "./harness/machine.ts";
import { normalise } from "./harness/normalise.ts";

const FILE = labFile({
  name: "e2e-oper",
  // A /28 has 11 addresses for us: the node's own and ten more.
  subnets: { wide: "10.0.1.0/24", narrow: "10.0.2.0/28" },
  nodes: [
    { name: "roomy", type: "m5.large", subnet: "wide" },
    { name: "dry", type: "m5.xlarge", subnet: "narrow" },
  ],
  workloads: [
    { name: "web", node: "roomy", replicas: 2 },
    { name: "thirst", node: "dry", replicas: 12 },
  ],
  agentEnv: { WARM_IP_TARGET: 1 },
});

/** The columns that a real cluster's tables have. */
const COLUMNS = [
  { args: "get nodes", header: "NAME|STATUS|ROLES|AGE|VERSION" },
  {
    args: "get nodes -o wide",
    header:
      "NAME|STATUS|ROLES|AGE|VERSION|INTERNAL-IP|EXTERNAL-IP|OS-IMAGE|KERNEL-VERSION|CONTAINER-RUNTIME",
  },
  {
    args: "get pods -A -o wide",
    header: "NAMESPACE|NAME|READY|STATUS|RESTARTS|AGE|IP|NODE|NOMINATED NODE|READINESS GATES",
  },
  {
    args: "get daemonset -n kube-system",
    header: "NAME|DESIRED|CURRENT|READY|UP-TO-DATE|AVAILABLE|NODE SELECTOR|AGE",
  },
  { args: "get deployments", header: "NAME|READY|UP-TO-DATE|AVAILABLE|AGE" },
  { args: "get events", header: "LAST SEEN|TYPE|REASON|OBJECT|MESSAGE" },
];

const ENI_CONFIG = `apiVersion: crd.k8s.amazonaws.com/v1alpha1
kind: ENIConfig
metadata:
  name: us-east-1a
spec:
  subnet: subnet-0123456789abcdef0
  securityGroups:
    - sg-0123456789abcdef0
`;

describe.skipIf(whyNoKernel() !== undefined)(
  `${skipNote()}the operator's commands, as they stand`,
  () => {
    let lab: Lab;
    let nodeName: string;
    let instanceId: string;

    beforeAll(async () => {
      lab = await Lab.up(FILE);
      const nodes = (await lab.status()).nodes;
      instanceId = String(nodes.find(({ name }) => name === "roomy")?.instanceId);
      const { items } = await lab.kubeGet<{
        items: { metadata: { name: string }; spec: { providerID: string } }[];
      }>(["nodes"]);
      nodeName = String(
        items.find(({ spec }) => spec.providerID.endsWith(instanceId))?.metadata.name,
      );
      await eventually({ what: "two pods are thirsty", withinMs: 60_000 }, async () => {
        const pending = await lab.kubectl([
          "get",
          "events",
          "--field-selector",
          "reason=FailedCreatePodSandBox",
        ]);
        return {
          done: pending.includes("failed to assign an IP address to container"),
          value: pending,
        };
      });
    });
    afterAll(async () => {
      await lab.down();
    });

    describe.each(KUBECTLS)("%s", (kubectl) => {
      const say = async (args: readonly string[]): Promise<string> => lab.kubectl(args, kubectl);

      test("R-DIAG-1: `kubectl describe node` shows labels, conditions, and Allocatable with the pods", async () => {
        const text = await say(["describe", "node", nodeName]);
        expect(text).toMatch(/^Allocatable:\n(?: .*\n)* {2}pods: +29$/m);
        expect(text).toMatch(/^Capacity:\n(?: .*\n)* {2}pods: +29$/m);
        for (const label of [
          "node.kubernetes.io/instance-type=m5.large",
          "topology.kubernetes.io/region=us-east-1",
          "topology.kubernetes.io/zone=us-east-1a",
        ])
          expect(text).toContain(label);
        expect(text).toContain(
          `ProviderID:                   aws:///us-east-1a/${instanceId}`.replace(
            / +/,
            text.match(/ProviderID:( +)/)?.[1] ?? " ",
          ),
        );
        expect(text).toMatch(
          /^ {2}Type +Status +LastHeartbeatTime +LastTransitionTime +Reason +Message$/m,
        );
        expect(text).toMatch(/^ {2}Ready +True .* KubeletReady +kubelet is posting ready status/m);
        expect(text).toMatch(/^Non-terminated Pods: +\(4 in total\)$/m);
      });

      test("R-DIAG-1: `kubectl get nodes -o custom-columns` shows max pods", async () => {
        const columns =
          "NAME:.metadata.name,PODS:.status.allocatable.pods,IP:.status.capacity.pods";
        expect(normalise(await say(["get", "nodes", "-o", `custom-columns=${columns}`]))).toBe(
          "NAME  PODS  IP\nip-10-0-x-x.ec2.internal  29  29\nip-10-0-x-x.ec2.internal  58  58\n",
        );
      });

      test("R-DIAG-1: `kubectl describe pod` shows in its events why it has no address", async () => {
        const pods = await lab.kubeGet<{
          items: { metadata: { name: string }; status: { podIP?: string } }[];
        }>(["pods", "-l", "app=thirst"]);
        const stuck = pods.items.find(({ status }) => status.podIP === undefined);
        const text = normalise(await say(["describe", "pod", String(stuck?.metadata.name)]));
        const events = text.slice(text.indexOf("Events:"));
        expect(events).toMatch(/^ {2}Type {2}Reason {2}Age {2}From {2}Message$/m);
        expect(events).toMatch(
          /^ {2}Normal {2}Scheduled {2}AGE {2}default-scheduler {2}Successfully assigned default\/thirst-HASH to ip-10-0-x-x\.ec2\.internal$/m,
        );
        expect(events).toMatch(
          /^ {2}Warning {2}FailedCreatePodSandBox {2}AGE( \(xN over AGE\))? {2}kubelet {2}.*Failed to create pod sandbox: rpc error: code = Unknown desc = failed to setup network for sandbox "ID64": plugin type="berth-cni" .*failed to assign an IP address to container/m,
        );
        expect(events).toContain("subnet-ID (10.0.2.0/28) has too few free addresses");
      });

      test("R-DIAG-1: `kubectl logs -n kube-system -l k8s-app=aws-node --tail=50` shows the agents' logs", async () => {
        const text = await say([
          "logs",
          "-n",
          "kube-system",
          "-l",
          "k8s-app=aws-node",
          "--tail=50",
        ]);
        const records = text.split("\n").filter((line) => line.startsWith("{"));
        expect(records.length).toBeGreaterThan(4);
        expect(records.map((line) => (JSON.parse(line) as { msg: string }).msg)).toContain(
          "ready for pods",
        );
      });

      test.each(COLUMNS)(
        "R-DIAG-1: `kubectl $args` prints the columns of a real cluster",
        async ({ args, header }) => {
          const [first = ""] = (await say(args.split(" "))).split("\n");
          expect(first.trim().split(/ {2,}/).join("|")).toBe(header);
        },
      );

      test("R-DIAG-1, R-CN-2: `kubectl apply` of an ENIConfig creates it, and finds it unchanged", async () => {
        const apply = async (): Promise<string> =>
          (await lab.tryKubectl(kubectl, ["apply", "-f", "-"], ENI_CONFIG)).stdout;
        expect(await apply()).toBe("eniconfig.crd.k8s.amazonaws.com/us-east-1a created\n");
        expect(await apply()).toBe("eniconfig.crd.k8s.amazonaws.com/us-east-1a unchanged\n");
        expect(normalise(await say(["get", "eniconfigs"]))).toBe(
          "NAME  SUBNET  ZONE  FREE  NODES  READY  REASON  AGE\nus-east-1a  subnet-ID  AGE\n",
        );
        await say(["delete", "eniconfig", "us-east-1a"]);
      });

      test("R-WARM-5: `kubectl set env daemonset aws-node` rolls the agents one by one, pods stay as they are", async () => {
        interface PodItem {
          metadata: { name: string; uid: string };
          status: { podIP?: string; containerStatuses?: { restartCount: number }[] };
        }
        const running = async (): Promise<string[]> => {
          const { items } = await lab.kubeGet<{ items: PodItem[] }>(["pods", "-l", "app=web"]);
          return items
            .map(({ metadata, status }) =>
              [metadata.uid, status.podIP, status.containerStatuses?.[0]?.restartCount].join(" "),
            )
            .sort();
        };
        const before = await running();
        const words = [
          "set",
          "env",
          "daemonset",
          "aws-node",
          "WARM_IP_TARGET=2",
          "MINIMUM_IP_TARGET=10",
          "-n",
          "kube-system",
        ];
        expect(await say(words)).toBe("daemonset.apps/aws-node env updated\n");
        const said = await say(["rollout", "status", "daemonset", "aws-node", "-n", "kube-system"]);
        expect(said).toContain('daemon set "aws-node" successfully rolled out');
        expect(await running()).toEqual(before);
        const held = await eventually(
          { what: "ten addresses are ready", withinMs: 90_000 },
          async () => {
            const count = (await lab.enis(instanceId)).flatMap(({ secondary }) => secondary).length;
            return { done: count === 10, value: count };
          },
        );
        expect(held).toBe(10);
        await say([
          "set",
          "env",
          "daemonset",
          "aws-node",
          "WARM_IP_TARGET=1",
          "MINIMUM_IP_TARGET-",
          "-n",
          "kube-system",
        ]);
        await say(["rollout", "status", "daemonset", "aws-node", "-n", "kube-system"]);
      });
    });

    test("R-DIAG-1: `aws ec2 describe-subnets` shows what is free", async () => {
      const { Subnets } = (await lab.aws(
        "ec2 describe-subnets --filters Name=tag:Name,Values=narrow",
      )) as { Subnets: { SubnetId: string }[] };
      const query = "Subnets[*].{Subnet:SubnetId,Available:AvailableIpAddressCount,CIDR:CidrBlock}";
      const text = await lab.shell(
        `aws ec2 describe-subnets --subnet-ids ${Subnets[0]?.SubnetId} --query '${query}' --output json`,
      );
      expect(JSON.parse(text)).toEqual([
        { Subnet: Subnets[0]?.SubnetId, Available: 0, CIDR: "10.0.2.0/28" },
      ]);
      const table = await lab.shell(
        `aws ec2 describe-subnets --subnet-ids ${Subnets[0]?.SubnetId} --query '${query}' --output table`,
      );
      expect(table).toMatch(/\| +Available +\| +CIDR +\| +Subnet +\|/);
    });

    test("R-DIAG-1: `aws ec2 describe-network-interfaces` counts an instance's addresses", async () => {
      const query =
        "NetworkInterfaces[*].{ENI:NetworkInterfaceId,IPs:PrivateIpAddresses|length(@)}";
      const text = await lab.shell(
        `aws ec2 describe-network-interfaces --filters "Name=attachment.instance-id,Values=${instanceId}" --query '${query}' --output json`,
      );
      const enis = JSON.parse(text) as { ENI: string; IPs: number }[];
      expect(enis.map(({ ENI }) => ENI)).toEqual((await lab.enis(instanceId)).map(({ id }) => id));
      expect(enis.reduce((sum, { IPs }) => sum + IPs, 0)).toBeGreaterThanOrEqual(4);
    });
  },
);
