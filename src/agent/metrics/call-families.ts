import type { CallCount, CallLedger } from "../ledger/call-ledger.ts";
import type { CallReason } from "../ledger/reason.ts";
import type { Family, Sample } from "./exposition.ts";

/** What the ledger's counts are in Prometheus: under the VPC CNI's names, and with their reasons under Berth's. */
export function callFamilies(ledger: CallLedger): Family[] {
  const counts = ledger.counts();
  const failed = counts.filter(({ result }) => result !== "ok");
  return [
    {
      name: "awscni_aws_api_latency_ms",
      help: "AWS API call latency in ms",
      type: "summary",
      samples: summed(counts, apiLabels).flatMap(({ labels, calls, tookMs }): Sample[] => [
        { suffix: "_sum", labels, value: tookMs },
        { suffix: "_count", labels, value: calls },
      ]),
    },
    counter("awscni_aws_api_error_count", "The number of times AWS API returns an error", {
      series: summed(failed, ({ action, result }) => ({ api: action, error: result })),
    }),
    counter("awscni_aws_utils_error_count", "Clean-up that EC2 refused", {
      series: summed(failed.filter(isCleanUp), (count) => ({
        fn: cleanUpName(count) ?? "",
        error: count.result,
      })),
    }),
    counter("awscni_ec2api_req_count", "The number of requests made to EC2 APIs by CNI", {
      series: summed(counts, ({ action }) => ({ fn: action })),
    }),
    counter("awscni_ec2api_error_count", "The number of errors from EC2 APIs", {
      series: summed(failed, ({ action }) => ({ fn: action })),
    }),
    counter(
      "berth_ec2_calls_total",
      "EC2 calls by action, by what they were made for, and by result",
      {
        series: summed(counts, ({ action, reason, result }) => ({ action, reason, result })),
      },
    ),
  ];
}

interface Sum {
  readonly labels: Readonly<Record<string, string>>;
  calls: number;
  tookMs: number;
}

function summed(counts: readonly CallCount[], by: (count: CallCount) => Sum["labels"]): Sum[] {
  const sums = new Map<string, Sum>();
  for (const count of counts) {
    const labels = by(count);
    const sum = sums.get(JSON.stringify(labels)) ?? { labels, calls: 0, tookMs: 0 };
    sum.calls += count.calls;
    sum.tookMs += count.tookMs;
    sums.set(JSON.stringify(labels), sum);
  }
  return [...sums.values()];
}

function counter(name: string, help: string, { series }: { readonly series: Sum[] }): Family {
  const samples = series.map(({ labels, calls }) => ({ labels, value: calls }));
  return { name, help, type: "counter", samples };
}

function apiLabels({ action, result }: CallCount): Sum["labels"] {
  const ok = result === "ok";
  return { api: action, error: String(!ok), status: ok ? "200" : result };
}

function isCleanUp(count: CallCount): boolean {
  return cleanUpName(count) !== undefined;
}

const DELETES: Partial<Record<CallReason, string>> = {
  createEni: "AllocENIDeleteErr",
  freeEni: "FreeENIDeleteErr",
  sweep: "cleanUpLeakedENIDeleteErr",
};

function cleanUpName({ action, reason }: CallCount): string | undefined {
  if (action === "ModifyNetworkInterfaceAttribute") return "ENICleanupUponModifyNetworkErr";
  return action === "DeleteNetworkInterface" ? DELETES[reason] : undefined;
}
