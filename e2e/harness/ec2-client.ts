import { EC2Client } from "@aws-sdk/client-ec2";
import type { Lab } from "./lab.ts";

/** A client of a lab's EC2, for tests that make many calls: the AWS CLI takes most of a second for each. */
export async function ec2Of(lab: Lab): Promise<EC2Client> {
  const lines = (await lab.shell("env")).split("\n");
  const read = (name: string): string => {
    const line = lines.find((each) => each.startsWith(`${name}=`));
    if (line === undefined) throw new Error(`berth lab env sets no ${name}`);
    return line.slice(name.length + 1);
  };
  return new EC2Client({
    endpoint: read("AWS_ENDPOINT_URL"),
    region: read("AWS_REGION"),
    credentials: {
      accessKeyId: read("AWS_ACCESS_KEY_ID"),
      secretAccessKey: read("AWS_SECRET_ACCESS_KEY"),
    },
  });
}
