import { expect, test } from "vitest";
import { knowsEndpointVariable, shellEnvironment } from "./shell-environment.ts";

const LAB = {
  region: "us-east-1",
  kubeconfig: "/run/berth/labs/first/kubeconfig",
  programs: "/run/berth/labs/first/bin",
  endpoints: {
    ec2: "http://127.0.0.1:4000",
    kubernetes: "https://127.0.0.1:4001",
    internetServer: undefined,
    natAddress: undefined,
  },
};

test.each([
  { version: "aws-cli/1.28.9 Python/3.11", want: false },
  { version: "aws-cli/1.29.0 Python/3.11", want: true },
  { version: "aws-cli/2.9.19 Python/3.11.2 Linux/6.1", want: false },
  { version: "aws-cli/2.13.0 Python/3.11", want: true },
  { version: "aws-cli/3.0.0 Python/4", want: true },
  { version: "something else", want: false },
])("$version", ({ version, want }) => {
  expect(knowsEndpointVariable(version)).toBe(want);
});

test("a new AWS CLI, or none, needs variables only", () => {
  expect(shellEnvironment(LAB, "aws-cli/2.30.0")).toMatchSnapshot();
  expect(shellEnvironment(LAB, undefined)).toBe(shellEnvironment(LAB, "aws-cli/2.30.0"));
});

test("a path with other characters is quoted", () => {
  const text = shellEnvironment({ ...LAB, kubeconfig: "/it's here/k" }, undefined);
  expect(text).toContain("export KUBECONFIG='/it'\\''s here/k'\n");
});

test("an old AWS CLI gets a program before it, which scripts find too", () => {
  expect(shellEnvironment(LAB, "aws-cli/2.9.19")).toContain(
    'export PATH=/run/berth/labs/first/bin:"$PATH"\n',
  );
});
