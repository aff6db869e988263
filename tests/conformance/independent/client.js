// Does a client that others have written and certified get along with the hub?
//
// It reads its registration from the first line of its input, as JSON. It writes the address to which a browser is to go as a
// line, reads the one to which that was sent back, and writes what it has learnt, as JSON. Where the hub does not keep to a
// standard, the library throws.

import { webcrypto } from "node:crypto";
import { createInterface } from "node:readline";
import * as oauth from "oauth4webapi";

// Debian 12's Node has them, but not where browsers have them.
globalThis.crypto ??= webcrypto;
globalThis.CryptoKey ??= webcrypto.CryptoKey;

const lines = createInterface({ input: process.stdin })[Symbol.asyncIterator]();
const read = async () => (await lines.next()).value;
const { issuer, clientId, redirectUri, key } = JSON.parse(await read());
const loopback = { [oauth.allowInsecureRequests]: true };

const hub = await oauth.processDiscoveryResponse(new URL(issuer), await oauth.discoveryRequest(new URL(issuer), loopback));

const client = { client_id: clientId, require_auth_time: true };
const algorithm = { name: "ECDSA", namedCurve: "P-256" };
const proof = oauth.PrivateKeyJwt({ key: await crypto.subtle.importKey("jwk", key, algorithm, false, ["sign"]), kid: key.kid });

const verifier = oauth.generateRandomCodeVerifier();
const state = oauth.generateRandomState();
const nonce = oauth.generateRandomNonce();
const asked = {
  redirect_uri: redirectUri,
  response_type: "code",
  scope: "openid profile",
  state,
  nonce,
  code_challenge: await oauth.calculatePKCECodeChallenge(verifier),
  code_challenge_method: "S256",
};
const pushed = await oauth.processPushedAuthorizationResponse(
  hub, client, await oauth.pushedAuthorizationRequest(hub, client, proof, asked, loopback),
);
const visit = new URL(hub.authorization_endpoint);
visit.searchParams.set("client_id", clientId);
visit.searchParams.set("request_uri", pushed.request_uri);
console.log(visit.href);

const answer = oauth.validateAuthResponse(hub, client, new URL(await read()), state);
const granted = await oauth.authorizationCodeGrantRequest(hub, client, proof, answer, redirectUri, verifier, loopback);
const first = await oauth.processAuthorizationCodeResponse(hub, client, granted, { expectedNonce: nonce, requireIdToken: true });
await oauth.validateApplicationLevelSignature(hub, granted, loopback);
const claims = oauth.getValidatedIdTokenClaims(first);

const userinfo = async (tokens) =>
  oauth.processUserInfoResponse(hub, client, claims.sub, await oauth.userInfoRequest(hub, client, tokens.access_token, loopback));
const isActive = async (token) =>
  (await oauth.processIntrospectionResponse(hub, client, await oauth.introspectionRequest(hub, client, proof, token, loopback))).active;

const known = await userinfo(first);

const renewed = await oauth.refreshTokenGrantRequest(hub, client, proof, first.refresh_token, loopback);
const second = await oauth.processRefreshTokenResponse(hub, client, renewed);
await oauth.validateApplicationLevelSignature(hub, renewed, loopback);

const before = await isActive(second.access_token);
await oauth.processRevocationResponse(await oauth.revocationRequest(hub, client, proof, second.refresh_token, loopback));
const after = await isActive(second.access_token);

console.log(JSON.stringify({
  claims,
  userinfo: known,
  renewedClaims: oauth.getValidatedIdTokenClaims(second),
  isRotated: first.refresh_token !== second.refresh_token,
  activeBeforeRevocation: before,
  activeAfterRevocation: after,
}));
process.exit();
