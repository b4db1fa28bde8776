// Signing in at a provider that is not ours: `oidc-provider`, certified by the OpenID Foundation. It keeps to the letter, so
// names are not in its id tokens but told to whoever shows an access token.

import assert from "node:assert/strict";
import { once } from "node:events";
import http from "node:http";

import Provider from "oidc-provider";

import { journey } from "../fixtures.mjs";
import { BoardPage } from "../pages/board.mjs";

const CLIENT_ID = "boardwalk";
const CLIENT_SECRET = "a secret between two servers";

const listener = http.createServer().listen(0, "127.0.0.1");
await once(listener, "listening");
const issuer = `http://127.0.0.1:${listener.address().port}`;
const env = {
  BOARDWALK_SIGN_IN_ISSUER: issuer,
  BOARDWALK_SIGN_IN_CLIENT_ID: CLIENT_ID,
  BOARDWALK_SIGN_IN_CLIENT_SECRET: CLIENT_SECRET,
};

/** It asks on pages of its own, in which the login is the name. */
function providerFor(site) {
  const person = (sub) => ({ accountId: sub, claims: () => ({ sub, name: `${sub} Lovelace`, email: `${sub}@example.org` }) });
  return new Provider(issuer, {
    clients: [{ client_id: CLIENT_ID, client_secret: CLIENT_SECRET, redirect_uris: [`${site}/api/sign-in/callback`] }],
    claims: { openid: ["sub"], profile: ["name"], email: ["email"] },
    cookies: { keys: ["of these tests"] },
    findAccount: (_, sub) => person(sub),
  });
}

journey("who signs in at a certified provider has the name that it tells", { env }, async (it) => {
  listener.on("request", providerFor(it.url).callback());
  try {
    const { page } = await (await it.person("ada")).home();
    await page.getByTestId("sign-in").first().click();
    await page.waitForURL((url) => url.origin === issuer);
    await page.getByPlaceholder("Enter any login").fill("Ada");
    await page.getByPlaceholder("and password").fill("any");
    await page.getByRole("button", { name: "Sign-in" }).click();
    await page.getByRole("button", { name: "Continue" }).click();
    await page.getByTestId("account").waitFor();
    const session = await page.evaluate(async () => (await fetch("/api/session")).json());
    assert.equal(session.name, "Ada Lovelace");

    await page.getByTestId("new-board").click();
    const board = new BoardPage(page);
    await board.ready();
    await page.getByTestId("people").click();
    assert.equal(await page.getByTestId("own-name").inputValue(), "Ada Lovelace");
  } finally {
    listener.closeAllConnections();
    listener.close();
  }
});
