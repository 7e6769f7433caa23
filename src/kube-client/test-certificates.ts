import type { webcrypto } from "node:crypto";
import "reflect-metadata";
import * as x509 from "@peculiar/x509";

/** A certificate and its key, as PEM. */
interface KeyPair {
  readonly cert: string;
  readonly key: string;
}

/** For tests: an authority with a server's and a client's certificate, and an authority that signed neither. */
export async function newTestCertificates(): Promise<{
  ca: string;
  server: KeyPair;
  client: KeyPair;
  other: string;
}> {
  const algorithm = { name: "ECDSA", namedCurve: "P-256", hash: "SHA-256" };
  const newKeys = (): Promise<webcrypto.CryptoKeyPair> =>
    crypto.subtle.generateKey(algorithm, true, ["sign", "verify"]);
  const authority = async (
    name: string,
  ): Promise<{ keys: webcrypto.CryptoKeyPair; ca: string }> => {
    const keys = await newKeys();
    const extensions = [new x509.BasicConstraintsExtension(true)];
    const made = await x509.X509CertificateGenerator.createSelfSigned({ name, keys, extensions });
    return { keys, ca: made.toString("pem") };
  };
  const ours = await authority("CN=ours");
  const issue = async (name: string): Promise<KeyPair> => {
    const keys = await newKeys();
    const made = await x509.X509CertificateGenerator.create({
      subject: `CN=${name}`,
      issuer: "CN=ours",
      publicKey: keys.publicKey,
      signingKey: ours.keys.privateKey,
      extensions: [new x509.SubjectAlternativeNameExtension([{ type: "ip", value: "127.0.0.1" }])],
    });
    const pkcs8 = await crypto.subtle.exportKey("pkcs8", keys.privateKey);
    return { cert: made.toString("pem"), key: x509.PemConverter.encode(pkcs8, "PRIVATE KEY") };
  };
  return {
    ca: ours.ca,
    server: await issue("server"),
    client: await issue("client"),
    other: (await authority("CN=other")).ca,
  };
}
