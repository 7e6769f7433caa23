import type { ObjectReference } from "kubernetes-types/core/v1";
import { apiVersionOf, ENI_CONFIGS, openEventRecorder, PODS } from "../kube-client/index.ts";
import type { EventRecorder, KubeClient } from "../kube-client/index.ts";
import type { PodName } from "../pool/index.ts";
import type { News, Subject } from "./cluster.ts";
import { errorFacts } from "./log.ts";
import type { Log } from "./log.ts";

const AGENT_NAMESPACE = "kube-system";

/** Who tells, and where. */
export interface TellerParts {
  readonly client: KubeClient;
  readonly node: string;
  /** The agent's own pod. */
  readonly pod: string | undefined;
  readonly log: Log;
}

/** Records what an agent has to say as Events. */
export interface Teller {
  tell(subject: Subject, news: News): void;
  close(): void;
}

/** A teller; it makes no request before it has something to say. */
export function newTeller({ client, node, pod, log }: TellerParts): Teller {
  let recorder: EventRecorder | undefined;

  function record(about: ObjectReference, { severity, reason, message }: News): void {
    recorder ??= openEventRecorder(client, {
      component: "berth-agent",
      host: node,
      time: client.time,
    });
    recorder.event(about, { type: severity, reason, message });
  }

  function tellOfPod(name: PodName, news: News): void {
    // kubectl describe finds events by uid.
    findPod(client, name).then(
      (found) => {
        if (found !== undefined) record(found, news);
      },
      (error: unknown) => log.debug({ ...name, ...errorFacts(error) }, "an event is not told"),
    );
  }

  return {
    tell(subject, news) {
      if (subject.kind === "node") record(nodeReference(node), news);
      else if (subject.kind === "eniConfig") record(eniConfigReference(subject), news);
      else if (subject.kind === "agent") {
        if (pod !== undefined) tellOfPod({ namespace: AGENT_NAMESPACE, name: pod }, news);
      } else if (subject.uid === "") tellOfPod(subject.pod, news);
      else record(podReference(subject.pod, subject.uid), news);
    },
    close: () => recorder?.close(),
  };
}

async function findPod(client: KubeClient, ref: PodName): Promise<ObjectReference | undefined> {
  const { namespace, name } = ref;
  const pod = await client.tryGet(PODS, { namespace, name });
  return pod === undefined ? undefined : podReference(ref, pod.metadata?.uid ?? "");
}

function podReference({ namespace, name }: PodName, uid: string): ObjectReference {
  return { apiVersion: "v1", kind: "Pod", namespace, name, uid };
}

function eniConfigReference({ name, uid }: { name: string; uid: string }): ObjectReference {
  return { apiVersion: apiVersionOf(ENI_CONFIGS), kind: ENI_CONFIGS.kind, name, uid };
}

/** As the kubelet refers to its node: kubectl describe looks for its name in place of its uid. */
function nodeReference(name: string): ObjectReference {
  return { apiVersion: "v1", kind: "Node", name, uid: name };
}
