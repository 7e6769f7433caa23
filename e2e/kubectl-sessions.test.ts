import { once } from "node:events";
import { request } from "node:http";
import { text as readAll } from "node:stream/consumers";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { eventually } from "./harness/eventually.ts";
import { Lab } from "./harness/lab.ts";
import { KUBECTLS } from "./harness/kube-tools.ts";
import { labFile } from "./harness/lab-file.ts";
import { skipNote, whyNoKernel } from "./harness/machine.ts";
import { deployment } from "./harness/manifests.ts";

const FILE = labFile({
  name: "e2e-sess",
  subnets: { a: "10.0.1.0/24", b: "10.0.2.0/24" },
  nodes: [{ name: "one", type: "m5.large", subnet: "a" }],
});

describe.skipIf(whyNoKernel() !== undefined)(
  `${skipNote()}sessions with containers, by the stock kubectls`,
  () => {
    let lab: Lab;

    beforeAll(async () => {
      lab = await Lab.up(FILE);
    });
    afterAll(async () => {
      await lab.down();
    });

    describe.each(KUBECTLS)("%s", (kubectl) => {
      const name = `web-${kubectl.slice(-2)}`;
      const say = async (args: readonly string[]): Promise<string> => lab.kubectl(args, kubectl);

      beforeAll(async () => {
        await lab.tryKubectl(kubectl, ["apply", "-f", "-"], deployment(name, 2));
        await say(["rollout", "status", "deployment", name, "--timeout=60s"]);
      });

      async function firstPod(): Promise<string> {
        const path = "jsonpath={.items[0].metadata.name}";
        return (await say(["get", "pods", "-l", `app=${name}`, "-o", path])).trim();
      }

      test("exec carries output, input and the exit code", async () => {
        const pod = await firstPod();
        expect(await say(["exec", pod, "--", "echo", "hello"])).toBe("hello\n");
        expect(
          (await lab.tryKubectl(kubectl, ["exec", "-i", pod, "--", "cat"], "to and fro\n")).stdout,
        ).toBe("to and fro\n");
        const failed = await lab.tryKubectl(kubectl, [
          "exec",
          pod,
          "--",
          "sh",
          "-c",
          "echo bad >&2; exit 7",
        ]);
        expect(failed).toMatchObject({
          status: 7,
          stderr: expect.stringContaining("bad") as unknown,
        });
      });

      test("port-forward reaches the pod", async () => {
        const pod = await firstPod();
        const forward = await lab.spawn(kubectl, ["port-forward", pod, ":8080"]);
        const said = await eventually({ what: "it forwards", withinMs: 20_000 }, async () => {
          const [chunk] = (await once(forward.stdout ?? forward, "data")) as [Buffer];
          return {
            done: chunk.toString().includes("Forwarding from 127.0.0.1:"),
            value: chunk.toString(),
          };
        });
        const port = /127\.0\.0\.1:(\d+)/.exec(said)?.[1];
        const body = await new Promise<string>((resolve, reject) => {
          const asked = request({ host: "127.0.0.1", port, path: "/", agent: false }, (answer) => {
            readAll(answer).then(resolve, reject);
          });
          asked.on("error", reject).end();
        });
        expect(JSON.parse(body)).toMatchObject({ pod });
        forward.kill();
        await once(forward, "close");
      });

      test("logs of one pod and of all pods of a workload", async () => {
        await say(["logs", await firstPod()]);
        await say(["logs", `deployment/${name}`, "--tail=3"]);
        const { status, stderr } = await lab.tryKubectl(kubectl, ["logs", "nobody"]);
        // The server's words, which versions of kubectl frame differently.
        expect(status).toBe(1);
        expect(stderr).toContain('(NotFound): pods "nobody" not found');
      });
    });
  },
);
