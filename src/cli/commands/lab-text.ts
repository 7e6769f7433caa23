import type { LabStatus, PodStatus } from "../../lab/index.ts";
import { renderTable } from "../../report/index.ts";

/** What a lab says when it is up: what there is, and what to try. */
export function renderWelcome(status: LabStatus, how: "foreground" | "detached"): string {
  const { name, region, nodes, pods, mode, endpoints } = status;
  const running = pods.filter(({ phase }) => phase === "Running");
  const missing = pods.length - running.length;
  const shortfall = missing === 0 ? "" : ` (${missing} more not running: see the status)`;
  const simulated = mode === "simulated" ? "simulated " : "";
  const what = `, ${nodes.length} ${simulated}nodes, ${running.length} pods${shortfall}`;
  const ending =
    how === "foreground"
      ? "Ctrl-C ends it and removes everything."
      : "`bin/berth lab down` ends it and removes everything.";
  return [
    `Lab ${name} is up: ${status.vpcId} in ${region}${what}.`,
    "",
    ...(nodes.length > 0 ? [nodeSummary(status)] : []),
    how === "foreground" ? "Try, in another terminal:" : "Try:",
    ...suggestions(running, endpoints).map(([line, about]) => `  ${line}\n      ${about}`),
    "",
    ending,
    "",
  ].join("\n");
}

function nodeSummary({ nodes, pods }: LabStatus): string {
  return renderTable({
    headers: ["NODE", "TYPE", "ZONE", "ADDRESS", "PODS"],
    rows: nodes.map(({ name, instanceType, zone, address }) => [
      name,
      instanceType,
      zone,
      address,
      String(pods.filter(({ node, phase }) => node === name && phase === "Running").length),
    ]),
    numeric: ["PODS"],
  });
}

function suggestions(
  running: readonly PodStatus[],
  { internetServer }: LabStatus["endpoints"],
): readonly (readonly [line: string, about: string])[] {
  const [from] = running;
  const to = running.find(({ node }) => node !== from?.node) ?? from;
  const always = [
    ["bin/berth lab status", "nodes, pods and where everything is"],
    [
      'eval "$(bin/berth lab env)"',
      "lets kubectl and the AWS CLI of this shell talk to the lab; then:",
    ],
    ["kubectl get pods -A -o wide", "every pod, the agents' too, with its node and address"],
    [
      "aws ec2 describe-network-interfaces --query 'NetworkInterfaces[*].[NetworkInterfaceId,Attachment.InstanceId,length(PrivateIpAddresses)]' --output text",
      "each ENI, its instance, and how many addresses it holds",
    ],
  ] as const;
  if (from?.address === undefined || to?.address === undefined) return always;
  return [
    ...always,
    [
      `kubectl exec ${from.name} -- wget -qO- http://${to.address}:8080`,
      `${to.name} on ${to.node ?? "its node"} answers with the address that it sees`,
    ],
    ...(internetServer === undefined
      ? []
      : [
          [
            `bin/berth lab exec ${from.workload} -- wget -qO- ${internetServer}`,
            "a server outside the VPC sees the NAT gateway's address",
          ] as const,
        ]),
    [
      `kubectl scale deployment ${from.workload} --replicas=40`,
      "more pods: watch ENIs come with the command above",
    ],
  ];
}

/** All of `lab status` as text. */
export function renderLabStatus(status: LabStatus): string {
  const { name, state, file, endpoints, nodes, pods, namespaces } = status;
  const lines = [
    `Lab ${name} (${file}) is ${state}, process ${status.pid}.`,
    `VPC ${status.vpcId} in ${status.region}, EC2 API at ${endpoints.ec2}`,
    `Kubernetes API at ${endpoints.kubernetes}, kubeconfig ${status.kubeconfig}`,
  ];
  if (endpoints.natAddress !== undefined) {
    lines.push(`NAT gateway: seen outside as ${endpoints.natAddress}`);
  }
  if (endpoints.internetServer !== undefined) {
    lines.push(`Server outside the VPC, for pods: ${endpoints.internetServer}`);
  }
  const others = Object.entries(namespaces).map(([role, path]) => `${role} ${path}`);
  return [
    ...lines,
    `Namespaces: ${others.join(", ")}`,
    `Logs: kubectl logs -n kube-system -l k8s-app=aws-node, and ${status.stateDir}/nodes/<node>/containerd.log`,
    "",
    nodeTable(status),
    ...(pods.length > 0 && nodes.length > 0 ? [podTable(pods), ...complaints(pods)] : []),
  ].join("\n");
}

function nodeTable({ nodes, pods }: LabStatus): string {
  return renderTable({
    headers: ["NODE", "READY", "INSTANCE", "TYPE", "ZONE", "KUBERNETES", "PODS", "AGENT", "NETNS"],
    rows: nodes.map((node) => [
      node.name,
      node.ready ? "yes" : "no",
      node.instanceId,
      node.instanceType,
      node.zone,
      node.nodeName,
      `${pods.filter((pod) => pod.node === node.name).length}/${node.maxPods}`,
      agentText(node.agent),
      node.netns,
    ]),
    numeric: ["PODS"],
  });
}

function agentText({ pid, restarts }: LabStatus["nodes"][number]["agent"]): string {
  const process = pid === undefined ? "down" : `pid ${pid}`;
  return restarts === 0 ? process : `${process}, ${restarts} restarts`;
}

function podTable(pods: readonly PodStatus[]): string {
  return renderTable({
    headers: ["NAMESPACE", "POD", "STATUS", "NODE", "ADDRESS"],
    rows: pods.map((pod) => [
      pod.namespace,
      pod.name,
      pod.phase,
      pod.node ?? "-",
      pod.address ?? "-",
    ]),
  });
}

/** Why pods don't run: each reason once, with the pods that it holds back. */
function complaints(pods: readonly PodStatus[]): string[] {
  const byMessage = new Map<string, string[]>();
  for (const { name, message } of pods) {
    if (message === undefined) continue;
    byMessage.set(message, [...(byMessage.get(message) ?? []), name]);
  }
  return [...byMessage].map(([message, names]) => `${names.join(", ")}:\n  ${message}\n`);
}
