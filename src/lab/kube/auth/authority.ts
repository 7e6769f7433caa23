// Has to be loaded before @peculiar/x509, which finds its parts through it.
import "reflect-metadata";
import {
  BasicConstraintsExtension,
  ExtendedKeyUsage,
  ExtendedKeyUsageExtension,
  KeyUsageFlags,
  KeyUsagesExtension,
  PemConverter,
  SubjectAlternativeNameExtension,
  X509Certificate,
  X509CertificateGenerator,
} from "@peculiar/x509";
import { isIP } from "node:net";
import { createPrivateKey, webcrypto } from "node:crypto";
import type { Random } from "../../../base/index.ts";

const SIGNING = { name: "ECDSA", namedCurve: "P-256", hash: "SHA-256" } as const;
const DAY_MS = 86_400_000;
const LASTS_MS = 3_650 * DAY_MS;

/** A certificate and its key, in PEM. */
export interface Credential {
  readonly cert: string;
  readonly key: string;
}

/** What a certificate is for. */
export type Purpose =
  | { readonly kind: "server"; readonly addresses: readonly string[] }
  /** A client's name and groups, as Kubernetes reads them from a certificate. */
  | { readonly kind: "client"; readonly user: string; readonly groups: readonly string[] };

/** The certificate authority of a cluster. */
export interface Authority {
  /** Its own certificate and key. */
  readonly ca: Credential;
  /** A certificate of ten years, signed by it. */
  sign(purpose: Purpose): Promise<Credential>;
}

/**
 * The authority with this certificate and key, or a new one. `wallMs` is the time of the machine, whatever the time of the
 * cluster: TLS clients look at their own clock.
 */
export async function openAuthority(
  known: Credential | undefined,
  { wallMs, random }: { readonly wallMs: number; readonly random: Random },
): Promise<Authority> {
  const ca = known ?? (await newAuthority(wallMs, random));
  const signingKey = await importKey(ca.key);
  const issuer = new X509Certificate(ca.cert).subject;

  return {
    ca,
    async sign(purpose) {
      const keys = await webcrypto.subtle.generateKey(SIGNING, true, ["sign", "verify"]);
      const certificate = await X509CertificateGenerator.create({
        serialNumber: serialNumber(random),
        subject: subjectOf(purpose),
        issuer,
        notBefore: new Date(wallMs - DAY_MS),
        notAfter: new Date(wallMs + LASTS_MS),
        signingAlgorithm: SIGNING,
        publicKey: keys.publicKey,
        signingKey,
        extensions: [
          new BasicConstraintsExtension(false, undefined, true),
          new KeyUsagesExtension(KeyUsageFlags.digitalSignature, true),
          ...extensionsOf(purpose),
        ],
      });
      return { cert: certificate.toString("pem"), key: await exportKey(keys.privateKey) };
    },
  };
}

async function newAuthority(wallMs: number, random: Random): Promise<Credential> {
  const keys = await webcrypto.subtle.generateKey(SIGNING, true, ["sign", "verify"]);
  const certificate = await X509CertificateGenerator.createSelfSigned({
    serialNumber: serialNumber(random),
    name: "CN=kubernetes",
    notBefore: new Date(wallMs - DAY_MS),
    notAfter: new Date(wallMs + LASTS_MS),
    signingAlgorithm: SIGNING,
    keys,
    extensions: [
      new BasicConstraintsExtension(true, undefined, true),
      new KeyUsagesExtension(KeyUsageFlags.keyCertSign | KeyUsageFlags.digitalSignature, true),
    ],
  });
  return { cert: certificate.toString("pem"), key: await exportKey(keys.privateKey) };
}

function subjectOf(purpose: Purpose): { CN?: string[]; O?: string[] }[] {
  if (purpose.kind === "server") return [{ CN: ["kube-apiserver"] }];
  return [...purpose.groups.map((group) => ({ O: [group] })), { CN: [purpose.user] }];
}

function extensionsOf(
  purpose: Purpose,
): (ExtendedKeyUsageExtension | SubjectAlternativeNameExtension)[] {
  if (purpose.kind === "client") {
    return [new ExtendedKeyUsageExtension([ExtendedKeyUsage.clientAuth])];
  }
  const names = purpose.addresses.map(
    (address) => ({ type: isIP(address) === 0 ? "dns" : "ip", value: address }) as const,
  );
  return [
    new ExtendedKeyUsageExtension([ExtendedKeyUsage.serverAuth]),
    new SubjectAlternativeNameExtension(names),
  ];
}

// Positive and 16 digits long, as RFC 5280 wants it.
function serialNumber(random: Random): string {
  const tail = (random.uint32() >>> 0).toString(16).padStart(8, "0");
  return `${(random.below(0x7000_0000) + 0x0100_0000).toString(16).padStart(8, "0")}${tail}`;
}

async function exportKey(key: webcrypto.CryptoKey): Promise<string> {
  const der = await webcrypto.subtle.exportKey("pkcs8", key);
  return PemConverter.encode(der, "PRIVATE KEY");
}

async function importKey(pem: string): Promise<webcrypto.CryptoKey> {
  const der = createPrivateKey(pem).export({ type: "pkcs8", format: "der" });
  return webcrypto.subtle.importKey("pkcs8", der, SIGNING, false, ["sign"]);
}
