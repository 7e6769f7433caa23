import { type ChildProcess, spawn } from "node:child_process";
import {
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from "node:fs";
import { fileURLToPath } from "node:url";
import { type EniSeen, readEnis } from "./enis.ts";
import { eventually } from "./eventually.ts";
import { type Ended, runProgram, type RunOptions, succeeded } from "./run-program.ts";
import { KUBE_TOOLS, type Kubectl } from "./kube-tools.ts";
import { connectLab, type LabClient, type LabStatus } from "../../src/lab/index.ts";

const ROOT = fileURLToPath(new URL("../..", import.meta.url));
const BERTH = `${ROOT}bin/berth`;

/** A lab that a test starts, uses through the commands that users type, and takes down. */
export class Lab {
  /** Where it keeps its state: empty or gone when nothing runs. */
  readonly stateRoot: string;
  readonly #dir: string;
  readonly #env: Readonly<Record<string, string | undefined>>;

  private constructor(dir: string) {
    this.#dir = dir;
    this.stateRoot = `${dir}/state`;
    // Debian's own tools first: another `aws` may be before them.
    this.#env = {
      ...process.env,
      PATH: `/usr/sbin:/usr/bin:/sbin:/bin:${process.env["PATH"] ?? ""}`,
      BERTH_LAB_STATE_DIR: this.stateRoot,
      // kubectl keeps there what it found on another lab's server at the same port.
      HOME: dir,
    };
  }

  /** A place for a lab of its own, below a directory; nothing runs yet. */
  static prepare(root = "/run"): Lab {
    return new Lab(mkdtempSync(`${root}/berth-e2e-`));
  }

  /** `berth lab up --detach` with this lab file, and more flags. */
  static async up(yaml: string, flags: readonly string[] = [], root = "/run"): Promise<Lab> {
    const lab = Lab.prepare(root);
    try {
      await lab.start(yaml, flags);
    } catch (error) {
      await lab.down();
      throw error;
    }
    return lab;
  }

  /** Writes the lab file and starts it. Returns when all nodes are ready, and the pods run that can. */
  async start(yaml: string, flags: readonly string[] = []): Promise<void> {
    await this.berth(["lab", "up", "--detach", ...flags, "--file", this.file(yaml)]);
  }

  /** Writes a lab file and returns its path. */
  file(yaml: string): string {
    const path = `${this.#dir}/lab.yaml`;
    writeFileSync(path, yaml);
    return path;
  }

  /** Runs `berth …`; its end may be any. */
  async tryBerth(args: readonly string[]): Promise<Ended> {
    return this.#run(BERTH, args);
  }

  /** Runs `berth …`, which must succeed, and returns what it printed. */
  async berth(args: readonly string[]): Promise<string> {
    return succeeded(`berth ${args.join(" ")}`, await this.tryBerth(args));
  }

  /** Runs a command line in a shell that has evaluated `berth lab env`. */
  async shell(line: string, withinMs = 110_000): Promise<string> {
    const script = `eval "$(${BERTH} lab env)" && ${line}`;
    return succeeded(line, await this.#run("/bin/bash", ["-c", script], { withinMs }));
  }

  /** Runs kubectl with the lab's kubeconfig; its end may be any. `input` is its standard input. */
  async tryKubectl(version: Kubectl, args: readonly string[], input?: string): Promise<Ended> {
    return this.#run(KUBE_TOOLS[version], args, { env: await this.#kubeEnv(), input });
  }

  /** Runs kubectl, which must succeed, and returns what it printed. */
  async kubectl(args: readonly string[], version: Kubectl = "kubectl-1.35"): Promise<string> {
    return succeeded(`kubectl ${args.join(" ")}`, await this.tryKubectl(version, args));
  }

  /** `kubectl get … -o json`. */
  async kubeGet<T>(args: readonly string[]): Promise<T> {
    return JSON.parse(await this.kubectl(["get", ...args, "-o", "json"])) as T;
  }

  /** Runs `helm …`, which must succeed. */
  async helm(args: readonly string[]): Promise<string> {
    const ended = await this.#run(KUBE_TOOLS.helm, args, { env: await this.#kubeEnv() });
    return succeeded(`helm ${args.join(" ")}`, ended);
  }

  /** Starts a program that goes on, such as `kubectl get -w`, with the lab's kubeconfig. */
  async spawn(program: keyof typeof KUBE_TOOLS, args: readonly string[]): Promise<ChildProcess> {
    const env = { ...this.#env, ...(await this.#kubeEnv()) };
    return spawn(KUBE_TOOLS[program], args, { env, stdio: ["pipe", "pipe", "pipe"] });
  }

  /** A script of the examples, as a user runs it: with kubectl and the AWS CLI of the PATH. */
  async script(path: string, kubectl: Kubectl): Promise<string> {
    const bin = `${this.#dir}/bin-${kubectl}`;
    mkdirSync(bin, { recursive: true });
    if (!existsSync(`${bin}/kubectl`)) symlinkSync(KUBE_TOOLS[kubectl], `${bin}/kubectl`);
    return this.shell(`PATH="${bin}:$PATH" sh ${ROOT}${path}`, 600_000);
  }

  /** `aws …` with JSON as output. */
  async aws(line: string): Promise<unknown> {
    return JSON.parse(await this.shell(`aws ${line} --output json`));
  }

  /** What `berth lab status` tells, asked of the lab itself: a process for each question would take longer than the answer. */
  async status(): Promise<LabStatus> {
    return this.#client.status();
  }

  /** Status as soon as `holds` says so of it; an error that shows the last one after `withinMs`. */
  async until(
    what: string,
    holds: (status: LabStatus) => boolean,
    withinMs = 90_000,
  ): Promise<LabStatus> {
    return eventually({ what, withinMs }, async () => {
      const status = await this.status();
      return { done: holds(status), value: status };
    });
  }

  /** Waits until every pod runs. */
  async allRunning(count: number): Promise<LabStatus> {
    return this.until(
      `${count} pods run`,
      ({ pods }) => pods.length === count && pods.every(({ phase }) => phase === "Running"),
    );
  }

  /** What `berth lab exec POD -- sh -c SCRIPT` prints. */
  async exec(pod: string, script: string): Promise<string> {
    const ended = await this.#client.exec({
      namespace: "default",
      name: pod,
      command: ["sh", "-c", script],
    });
    const { stdout, stderr, exitCode: status } = ended;
    return succeeded(`exec ${pod}: ${script}`, {
      status,
      stdout: stdout.toString(),
      stderr: stderr.toString(),
    });
  }

  /** `berth lab scale WORKLOAD REPLICAS`. */
  async scale(workload: string, replicas: number): Promise<void> {
    await this.#client.scale({ namespace: "default", name: workload, replicas });
  }

  /** The ENIs of a node in order of device index, through the EC2 API. */
  async enis(instanceId: string): Promise<EniSeen[]> {
    const filters = `--filters Name=attachment.instance-id,Values=${instanceId}`;
    const answer = await this.aws(`ec2 describe-network-interfaces ${filters}`);
    return readEnis(answer);
  }

  /** `berth lab down` if anything runs, and the test's own directory away. */
  async down(): Promise<void> {
    try {
      const something = existsSync(this.stateRoot) && readdirSync(this.stateRoot).length > 0;
      if (something) await this.berth(["lab", "down"]);
    } finally {
      rmSync(this.#dir, { recursive: true, force: true });
    }
  }

  get #client(): LabClient {
    return connectLab({ stateRoot: this.stateRoot, name: undefined });
  }

  async #kubeEnv(): Promise<Record<string, string>> {
    const { stateDir } = await this.status();
    return { KUBECONFIG: `${stateDir}/kubeconfig` };
  }

  #run(program: string, args: readonly string[], how: RunOptions = {}): Promise<Ended> {
    return runProgram(program, args, { ...how, env: { ...this.#env, ...how.env } });
  }
}
