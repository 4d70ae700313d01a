// A client and a server of SMTP that meet in memory, and log in by a mechanism that this library has never heard of.

import { SmtpClient } from "@mailwire/smtp/client";
import { serveSmtp } from "@mailwire/smtp/server";
import { memoryPair } from "@mailwire/transport";
import { importKey, sharedKeyClient, sharedKeyServer } from "./shared-key.ts";

const key = await importKey(crypto.getRandomValues(new Uint8Array(32)));
const [left, right] = memoryPair({ secure: true });
serveSmtp(right, {
  hostname: "mail.example",
  mechanisms: [sharedKeyServer((user) => Promise.resolve(user === "tim" ? key : undefined))],
  onLookup: (_command, { identity }) => {
    console.log(`the server knows ${String(identity)}`);
    return undefined;
  },
});
const client = await SmtpClient.open(left);
console.log(`the server offers ${client.extensions.authMechanisms.join(", ")}`);
await client.auth(sharedKeyClient("tim", key));
await client.verify("tim");
await client.quit();
