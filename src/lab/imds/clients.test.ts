import { execFile } from "node:child_process";
import { existsSync } from "node:fs";
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { promisify } from "node:util";
import { DescribeVpcsCommand, EC2Client } from "@aws-sdk/client-ec2";
import { afterAll, afterEach, beforeAll, describe, expect, test, vi } from "vitest";
import { newRandom } from "../../base/index.ts";
import { startTestApi, type TestApi } from "../ec2/api-for-tests.ts";
import { accessKeyOf } from "./credentials.ts";
import { createImds } from "./imds.ts";

// The path of Debian's package: another `aws` may come first on PATH.
const AWS = "/usr/bin/aws";
const why = existsSync(AWS) ? "" : ` (skipped: ${AWS} is not installed; apt install awscli)`;
const run = promisify(execFile);

describe("stock clients take their credentials from instance metadata", () => {
  let lab: TestApi;
  let endpoint: string;
  let close: () => Promise<void>;
  beforeAll(async () => {
    lab = await startTestApi();
    const { region, instanceId } = lab;
    const imds = createImds({
      region,
      // Credentials must be good by the clients' clocks.
      nowMs: () => Date.now(),
      random: newRandom(5),
      instanceOf: (address) => (address === "127.0.0.1" ? instanceId : undefined),
    });
    await imds.app.ready();
    const server = createServer(imds.requestListener);
    await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
    endpoint = `http://127.0.0.1:${(server.address() as AddressInfo).port}/`;
    close = async () => {
      server.closeAllConnections();
      server.close();
      await imds.app.close();
    };
  });
  afterAll(async () => {
    await close();
    await lab[Symbol.asyncDispose]();
  });

  afterEach(() => {
    vi.unstubAllEnvs();
  });

  test("the AWS SDK for JavaScript", async () => {
    vi.stubEnv("AWS_EC2_METADATA_SERVICE_ENDPOINT", endpoint);
    vi.stubEnv("HOME", "/nonexistent");
    for (const name of ["AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY", "AWS_PROFILE"]) {
      vi.stubEnv(name, undefined);
    }
    const client = new EC2Client({ endpoint: lab.url, region: "us-west-2" });
    const { Vpcs } = await client.send(new DescribeVpcsCommand());
    client.destroy();
    expect(Vpcs?.map(({ VpcId }) => VpcId)).toEqual([lab.vpcId]);
    expect(lab.api.calls.calls().at(-1)?.caller).toBe(accessKeyOf(lab.instanceId));
  });

  test.skipIf(why !== "")(`Debian's AWS CLI${why}`, { timeout: 60_000 }, async () => {
    const args = ["--endpoint-url", lab.url, "ec2", "describe-vpcs", "--query", "Vpcs[].VpcId"];
    const { stdout } = await run(AWS, args, {
      env: { PATH: "/usr/bin", HOME: "/nonexistent", AWS_EC2_METADATA_SERVICE_ENDPOINT: endpoint },
    });
    expect(JSON.parse(stdout)).toEqual([lab.vpcId]);
    expect(lab.api.calls.calls().at(-1)?.caller).toBe(accessKeyOf(lab.instanceId));
  });
});
