// jsforce against the practice org, as its own documentation shows it. Prints a line for each thing that worked.
// Arguments: the org's address, an access token, a client id, a redirect address that is registered.
import assert from "node:assert/strict";
import { createHash, randomBytes } from "node:crypto";
import jsforce from "jsforce";
import { refused, step } from "./steps.mjs";

const [instanceUrl, accessToken, clientId, redirectUri] = process.argv.slice(2);
const version = "60.0";

let conn;

await step("login", async () => {
  const oauth2 = new jsforce.OAuth2({ loginUrl: instanceUrl, clientId, redirectUri });
  const verifier = randomBytes(32).toString("base64url");
  const challenge = createHash("sha256").update(verifier).digest("base64url");
  const asked = oauth2.getAuthorizationUrl({
    scope: "api refresh_token", state: "xyz", code_challenge: challenge, code_challenge_method: "S256",
  });
  const shown = await fetch(asked, { redirect: "manual" });
  assert.equal(shown.status, 302);
  const back = new URL(shown.headers.get("location"));
  assert.equal(back.searchParams.get("state"), "xyz");
  conn = new jsforce.Connection({ oauth2, version });
  const user = await conn.authorize(back.searchParams.get("code"), { code_verifier: verifier });
  assert.match(user.organizationId, /^00D/);
  assert.equal(conn.instanceUrl, instanceUrl);
  const first = conn.refreshToken;
  await conn.oauth2.refreshToken(first);
  const again = await refused(() => conn.oauth2.refreshToken(first));
  assert.equal(again.name, "invalid_grant");
  conn = new jsforce.Connection({ instanceUrl, accessToken, version });
});

await step("identity", async () => {
  const identity = await new jsforce.Connection({ instanceUrl, accessToken, version }).request("/services/oauth2/userinfo");
  assert.match(identity.user_id, /^005/);
});

await step("describe", async () => {
  const global = await conn.describeGlobal();
  assert.ok(global.sobjects.some((each) => each.name === "Contact"));
  const contact = await conn.sobject("Contact").describe();
  assert.equal(contact.fields.find((each) => each.name === "Email").type, "email");
});

let account, contact;

await step("create, retrieve, update, destroy", async () => {
  account = (await conn.sobject("Account").create({ Name: "Jsforce AS" })).id;
  contact = (await conn.sobject("Contact").create({ LastName: "Foreign", Email: "j@foreign.example", AccountId: account })).id;
  const read = await conn.sobject("Contact").retrieve(contact);
  assert.equal(read.LastName, "Foreign");
  assert.equal(read.attributes.type, "Contact");
  assert.ok((await conn.sobject("Contact").update({ Id: contact, Title: "Judge" })).success);
  const spare = (await conn.sobject("Contact").create({ LastName: "Spare" })).id;
  assert.ok((await conn.sobject("Contact").destroy(spare)).success);
  const gone = await refused(() => conn.sobject("Contact").retrieve(spare));
  assert.equal(gone.errorCode, "ENTITY_IS_DELETED");
});

await step("collections", async () => {
  const records = Array.from({ length: 200 }, (_, n) => ({ LastName: `Many ${n}`, AccountId: account }));
  const made = await conn.sobject("Contact").create(records);
  assert.equal(made.length, 200);
  assert.ok(made.every((each) => each.success));
  const changed = await conn.sobject("Contact").update(made.slice(0, 3).map(({ id }) => ({ Id: id, Title: "x".repeat(500) })));
  assert.ok(changed.every((each) => !each.success && each.errors[0].statusCode === "STRING_TOO_LONG"));
  const several = await conn.sobject("Contact").retrieve(made.slice(0, 3).map(({ id }) => id));
  assert.deepEqual(several.map((each) => each.LastName), ["Many 0", "Many 1", "Many 2"]);
  const removed = await conn.sobject("Contact").destroy(made.map(({ id }) => id));
  assert.ok(removed.every((each) => each.success));
});

await step("upsert", async () => {
  const field = "CRMSync_HubSpot_Id__c";
  const first = await conn.sobject("Contact").upsert({ LastName: "Up", [field]: "77" }, field);
  const second = await conn.sobject("Contact").upsert({ LastName: "Upset", [field]: "77" }, field);
  assert.equal(first.created, true);
  assert.equal(second.id, first.id);
  const both = await conn.sobject("Contact").upsert([{ LastName: "Up", [field]: "77" }, { LastName: "New", [field]: "78" }], field);
  assert.deepEqual(both.map((each) => each.created), [false, true]);
});

await step("composite", async () => {
  const base = `/services/data/v${version}`;
  const answer = await conn.request({
    method: "POST",
    url: `${base}/composite`,
    headers: { "content-type": "application/json" },
    body: JSON.stringify({
      compositeRequest: [
        { method: "POST", url: `${base}/sobjects/Account`, referenceId: "made", body: { Name: "Composite" } },
        { method: "GET", url: `${base}/sobjects/Account/@{made.id}`, referenceId: "read" },
        { method: "GET", url: `${base}/sobjects/Account/001000000000000AAA`, referenceId: "lost" },
      ],
    }),
  });
  assert.deepEqual(answer.compositeResponse.map((each) => each.httpStatusCode), [201, 200, 404]);
  assert.equal(answer.compositeResponse[1].body.Name, "Composite");
});

await step("paging", async () => {
  const page = await conn.query("SELECT Id, LastName, Account.Name FROM Contact ORDER BY Id");
  assert.equal(page.done, false);
  const next = await conn.queryMore(page.nextRecordsUrl);
  assert.notEqual(next.records[0].Id, page.records[0].Id);
  const all = await conn.query("SELECT Id FROM Contact", { autoFetch: true, maxFetch: 100000 });
  assert.equal(all.records.length, all.totalSize);
  assert.equal(new Set(all.records.map((each) => each.Id)).size, all.totalSize);
});

await step("find with conditions, relationships and subqueries", async () => {
  const found = await conn.sobject("Account").find({ Name: "Jsforce AS" }).include("Contacts").select("Id, LastName").end().execute();
  assert.equal(found[0].Contacts.records[0].LastName, "Foreign");
});

await step("aggregates", async () => {
  const counted = await conn.query("SELECT COUNT(Id) total, MAX(CreatedDate) newest FROM Contact");
  assert.ok(counted.records[0].total > 2000);
  const plain = await conn.query("SELECT COUNT() FROM Contact");
  assert.equal(plain.totalSize, counted.records[0].total);
  const groups = await conn.query("SELECT LeadSource, COUNT(Id) FROM Lead GROUP BY LeadSource ORDER BY LeadSource");
  assert.equal(groups.records[0].attributes.type, "AggregateResult");
});

await step("updated and deleted", async () => {
  const hour = 3600 * 1000;
  const changed = await conn.sobject("Contact").updated(new Date(Date.now() - hour), new Date(Date.now() + hour));
  assert.ok(changed.ids.includes(contact));
  const gone = await conn.sobject("Contact").deleted(new Date(Date.now() - hour), new Date(Date.now() + hour));
  assert.ok(gone.deletedRecords.length > 200);
});

await step("bulk 2.0", async () => {
  conn.bulk2.pollInterval = 50;
  conn.bulk2.pollTimeout = 60000;
  const input = Array.from({ length: 1000 }, (_, n) => ({ LastName: n ? `Bulk ${n}` : "" , Title: "a, \"b\"" }));
  const results = await conn.bulk2.loadAndWaitForResults({ object: "Contact", operation: "insert", input });
  assert.equal(results.successfulResults.length, 999);
  assert.equal(results.failedResults.length, 1);
  assert.match(results.failedResults[0].sf__Error, /^REQUIRED_FIELD_MISSING/);
  const stream = await conn.bulk2.query("SELECT Id, LastName, Title FROM Contact WHERE LastName LIKE 'Bulk %'");
  const rows = await stream.toArray();
  assert.equal(rows.length, 999);
  assert.equal(rows[0].Title, "a, \"b\"");
});

await step("limits", async () => {
  const limits = await conn.limits();
  assert.ok(limits.DailyApiRequests.Remaining < limits.DailyApiRequests.Max);
  assert.equal(conn.limitInfo.apiUsage.limit, limits.DailyApiRequests.Max);
});

await step("refusals", async () => {
  assert.equal((await refused(() => conn.query("SELECT Nonsense FROM Contact"))).errorCode, "INVALID_FIELD");
  assert.equal((await refused(() => conn.query("SELEC Id FROM Contact"))).errorCode, "MALFORMED_QUERY");
  assert.equal((await refused(() => conn.sobject("Contact").create({ FirstName: "x" }))).errorCode, "REQUIRED_FIELD_MISSING");
  assert.equal((await refused(() => conn.sobject("Nothing").describe())).errorCode, "NOT_FOUND");
  const stranger = new jsforce.Connection({ instanceUrl, accessToken: "no", version });
  assert.equal((await refused(() => stranger.query("SELECT Id FROM Contact"))).errorCode, "INVALID_SESSION_ID");
});
