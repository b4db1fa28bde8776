// A sign-in provider of one's own (OpenID Connect): a page that asks for a name, codes that are redeemed once, id tokens
// signed by RS256 with a key made at the start. Knows nothing of boards.

import { createHash, createSign, generateKeyPairSync, randomBytes } from "node:crypto";
import { once } from "node:events";
import http from "node:http";

export const CLIENT_ID = "boardwalk";
export const CLIENT_SECRET = "a secret between two servers";

export class Provider {
  #server;
  #keys = generateKeyPairSync("rsa", { modulusLength: 2048 });
  #codes = new Map();
  /** What it calls itself. */
  issuer;

  static async start() {
    const provider = new Provider();
    provider.#server = http.createServer((request, response) => provider.#answer(request, response));
    provider.#server.listen(0, "127.0.0.1");
    await once(provider.#server, "listening");
    provider.issuer = `http://127.0.0.1:${provider.#server.address().port}`;
    return provider;
  }

  /** What a Boardwalk needs in its environment to have people sign in here. */
  get env() {
    return {
      BOARDWALK_SIGN_IN_ISSUER: this.issuer,
      BOARDWALK_SIGN_IN_CLIENT_ID: CLIENT_ID,
      BOARDWALK_SIGN_IN_CLIENT_SECRET: CLIENT_SECRET,
    };
  }

  async stop() {
    this.#server.closeAllConnections();
    this.#server.close();
    await once(this.#server, "close");
  }

  async #answer(request, response) {
    const url = new URL(request.url, this.issuer);
    const json = (status, body) => response.writeHead(status, { "content-type": "application/json" }).end(JSON.stringify(body));
    switch (`${request.method} ${url.pathname}`) {
      case "GET /.well-known/openid-configuration":
        return json(200, {
          issuer: this.issuer,
          authorization_endpoint: `${this.issuer}/authorize`,
          token_endpoint: `${this.issuer}/token`,
          jwks_uri: `${this.issuer}/keys`,
        });
      case "GET /keys":
        return json(200, { keys: [{ ...this.#keys.publicKey.export({ format: "jwk" }), kid: "1", use: "sig", alg: "RS256" }] });
      case "GET /authorize":
        return response.writeHead(200, { "content-type": "text/html; charset=utf-8" }).end(page(url.search));
      case "POST /authorize":
        return this.#approve(url.searchParams, new URLSearchParams(await text(request)).get("name"), response);
      case "POST /token":
        return json(...this.#redeem(new URLSearchParams(await text(request)), request.headers.authorization));
      default:
        return json(404, {});
    }
  }

  #approve(asked, name, response) {
    const code = randomBytes(16).toString("base64url");
    this.#codes.set(code, { name, nonce: asked.get("nonce"), challenge: asked.get("code_challenge") });
    const back = new URL(asked.get("redirect_uri"));
    back.searchParams.set("code", code);
    back.searchParams.set("state", asked.get("state"));
    response.writeHead(303, { location: back.href }).end();
  }

  #redeem(form, authorization) {
    const basic = Buffer.from(authorization?.replace("Basic ", "") ?? "", "base64").toString();
    const [id, secret] = basic.split(":").map((part) => decodeURIComponent(part.replaceAll("+", " ")));
    if (id !== CLIENT_ID || secret !== CLIENT_SECRET) return [401, { error: "invalid_client" }];
    const grant = this.#codes.get(form.get("code"));
    this.#codes.delete(form.get("code"));
    const challenge = createHash("sha256").update(form.get("code_verifier") ?? "").digest("base64url");
    if (!grant || challenge !== grant.challenge) return [400, { error: "invalid_grant" }];
    const now = Math.floor(Date.now() / 1000);
    const { name, nonce } = grant;
    const claims = { iss: this.issuer, aud: CLIENT_ID, sub: `person of ${name}`, name, nonce, iat: now, exp: now + 300 };
    return [200, { access_token: "unused", token_type: "Bearer", id_token: this.#signed(claims) }];
  }

  #signed(claims) {
    const part = (value) => Buffer.from(JSON.stringify(value)).toString("base64url");
    const signed = `${part({ alg: "RS256", kid: "1" })}.${part(claims)}`;
    return `${signed}.${createSign("RSA-SHA256").update(signed).sign(this.#keys.privateKey, "base64url")}`;
  }
}

async function text(request) {
  const parts = [];
  for await (const part of request) parts.push(part);
  return Buffer.concat(parts).toString();
}

function page(query) {
  return `<!doctype html><title>Provider</title><form method="post" action="/authorize${query.replaceAll('"', "%22")}">
    <label>Name <input name="name" autofocus></label><button>Continue</button></form>`;
}
