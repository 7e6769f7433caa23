/** Every runtime dependency: what it is for, and what doing without it would cost. A test compares this with package.json. */
export const RUNTIME_DEPENDENCIES: Readonly<Record<string, string>> = {
  "@aws-sdk/client-ec2":
    "The agent's calls to EC2: signing, credentials, retries and a type for every action, kept up to date by AWS.",
  "@peculiar/x509":
    "The certificates of the lab's Kubernetes API; Node makes keys but no certificates.",
  "@grpc/grpc-js":
    "Speaks CRI to containerd, which has no other interface; HTTP/2 framing and flow control of our own would be a project.",
  "@grpc/proto-loader":
    "Reads the CRI .proto files at start, so that no generated code is kept in the tree.",
  ajv: "Checks custom resources against the OpenAPI schema of their definition, with defaults and the path of every mistake.",
  commander:
    "Words of the command line: quoting rules, --flag=value, suggestions for misspelled options.",
  croner: "When a CronJob is due: cron expressions, time zones and changes to summer time.",
  "fast-xml-builder":
    "The EC2 API answers in XML; escaping and nesting are easy to get subtly wrong by hand.",
  fastify: "The lab's HTTP APIs: routing, limits on bodies, orderly shutdown.",
  koffi:
    "System calls (netlink sockets, setns) from TypeScript without a compiled add-on; starting `ip` many times for every pod would be slow.",
  "kubernetes-types":
    "The types of Kubernetes objects as they are on the wire, with their documentation; no code at run time.",
  node: "Pins the Node that runs everything, whatever the machine has.",
  pino: "Structured logs of the agent, cheap enough to leave on.",
  protobufjs:
    "Some Kubernetes clients send protobuf only, and kubectl reads OpenAPI v2 in no other form; @grpc/proto-loader brings it anyway.",
  "reflect-metadata": "@peculiar/x509 does not load without it.",
  rfc6902: "JSON patches (`kubectl patch --type=json`), with the error of each operation.",
  yaml: "Lab files, with the line and column of every mistake.",
  zod: "Checks what comes from outside (lab files, JSON of other programs) and gives it a type.",
};
