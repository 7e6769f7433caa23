import { get } from "node:http";
import { text } from "node:stream/consumers";

/** What the agent says that it holds for whom. */
export interface AgentReport {
  readonly assignments: readonly {
    readonly namespace: string;
    readonly name: string;
    readonly containerId: string;
    readonly ifName: string;
    readonly address: string;
    readonly eniId: string;
  }[];
}

/** `GET /v1/pool` on a node's introspection socket. */
export async function agentReport(nodeDir: string): Promise<AgentReport> {
  const body = await new Promise<string>((resolve, reject) => {
    get({ socketPath: `${nodeDir}/agent.sock`, path: "/v1/pool" }, (answer) => {
      text(answer).then(resolve, reject);
    }).on("error", reject);
  });
  return JSON.parse(body) as AgentReport;
}
