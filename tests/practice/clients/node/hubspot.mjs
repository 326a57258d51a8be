// @hubspot/api-client against the practice portal. Prints a line for each thing that worked.
// Arguments: the portal's address, an access token.
import assert from "node:assert/strict";
import { Client } from "@hubspot/api-client";
import { refused, step } from "./steps.mjs";

const [basePath, accessToken] = process.argv.slice(2);
const client = new Client({ accessToken, basePath });
const crm = client.crm;

let contacts, company;

await step("create, read, update, archive", async () => {
  const made = await crm.contacts.basicApi.create({ properties: { email: "Node@Foreign.example", lastname: "Foreign" }, associations: [] });
  assert.equal(made.properties.email, "node@foreign.example");
  assert.ok(made.createdAt instanceof Date);
  const read = await crm.contacts.basicApi.getById(made.id, ["email", "jobtitle"]);
  assert.equal(read.properties.jobtitle, null);
  await crm.contacts.basicApi.update("node@foreign.example", { properties: { jobtitle: "Judge" } }, "email");
  company = (await crm.companies.basicApi.create({ properties: { name: "Foreign AS", domain: "foreign.example" }, associations: [] })).id;
  await crm.contacts.basicApi.archive(made.id);
  assert.equal((await refused(() => crm.contacts.basicApi.getById(made.id))).code, 404);
});

await step("batches", async () => {
  const inputs = Array.from({ length: 100 }, (_, n) => ({ properties: { email: `many${n}@foreign.example`, lastname: `Many ${n}` }, associations: [] }));
  const made = await crm.contacts.batchApi.create({ inputs });
  assert.equal(made.status, "COMPLETE");
  contacts = made.results.map((each) => each.id);
  assert.equal(new Set(contacts).size, 100);
  const changed = await crm.contacts.batchApi.update({ inputs: contacts.slice(0, 2).map((id) => ({ id, properties: { jobtitle: "x" } })) });
  assert.equal(changed.results.length, 2);
  const read = await crm.contacts.batchApi.read({ inputs: [{ id: contacts[0] }, { id: "999999999999" }], properties: ["jobtitle"], propertiesWithHistory: [] });
  assert.equal(read.numErrors, 1);
  assert.equal(read.errors[0].category, "OBJECT_NOT_FOUND");
  const upserted = await crm.contacts.batchApi.upsert({
    inputs: [{ idProperty: "email", id: "many0@foreign.example", properties: { lastname: "Again" } }, { idProperty: "email", id: "new@foreign.example", properties: { lastname: "New" } }],
  });
  assert.deepEqual(upserted.results.map((each) => each._new).sort(), [false, true]);
  await crm.contacts.batchApi.archive({ inputs: contacts.slice(90).map((id) => ({ id })) });
});

await step("search", async () => {
  const body = { filterGroups: [{ filters: [{ propertyName: "lastname", operator: "EQ", value: "Many 7" }] }], properties: ["email"], sorts: [], limit: 10, after: "0", query: "" };
  const found = await crm.contacts.searchApi.doSearch({ ...body, after: undefined, query: undefined });
  assert.equal(found.total, 1);
  assert.equal(found.results[0].properties.email, "many7@foreign.example");
});

await step("paging", async () => {
  const seen = new Set();
  let after;
  do {
    const page = await crm.contacts.basicApi.getPage(100, after, ["email"]);
    page.results.forEach((each) => seen.add(each.id));
    after = page.paging?.next?.after;
  } while (after && seen.size < 1000);
  assert.ok(seen.size > 100);
});

await step("associations", async () => {
  const types = [{ associationCategory: "HUBSPOT_DEFINED", associationTypeId: 279 }];
  const made = await crm.associations.v4.batchApi.create("contacts", "companies", { inputs: [{ _from: { id: contacts[0] }, to: { id: company }, types }] });
  assert.equal(made.status, "COMPLETE");
  const read = await crm.associations.v4.batchApi.getPage("contacts", "companies", { inputs: [{ id: contacts[0] }] });
  assert.equal(String(read.results[0].to[0].toObjectId), company);
  const one = await crm.associations.v4.basicApi.getPage("contacts", contacts[0], "companies");
  assert.equal(one.results[0].associationTypes[0].typeId, 279);
  const labels = await crm.associations.v4.schema.definitionsApi.getAll("contacts", "companies");
  assert.ok(labels.results.some((each) => each.typeId === 279));
  await crm.associations.v4.batchApi.archive("contacts", "companies", { inputs: [{ _from: { id: contacts[0] }, to: [{ id: company }] }] });
});

await step("lists", async () => {
  const made = await crm.lists.listsApi.create({ name: "Node's own", objectTypeId: "0-1", processingType: "MANUAL" });
  const id = made.list.listId;
  const put = await crm.lists.membershipsApi.add(id, contacts.slice(0, 3));
  assert.equal((put.recordIdsAdded ?? put.recordsIdsAdded).length, 3);
  const members = await crm.lists.membershipsApi.getPage(id);
  assert.equal(members.results.length, 3);
  await crm.lists.listsApi.remove(id);
});

await step("properties", async () => {
  const all = await crm.properties.coreApi.getAll("contacts");
  assert.ok(all.results.some((each) => each.name === "lifecyclestage" && each.options.length > 3));
  const made = await crm.properties.coreApi.create("contacts", { name: "node_made", label: "Made by Node", type: "string", fieldType: "text", groupName: "contactinformation" });
  assert.equal(made.name, "node_made");
  assert.equal((await refused(() => crm.properties.coreApi.create("contacts", { name: "node_made", label: "Again", type: "string", fieldType: "text", groupName: "contactinformation" }))).code, 409);
  await crm.properties.coreApi.archive("contacts", "node_made");
});

await step("owners and pipelines", async () => {
  const owners = await crm.owners.ownersApi.getPage();
  assert.ok(owners.results.length > 1);
  const pipelines = await crm.pipelines.pipelinesApi.getAll("deals");
  assert.ok(pipelines.results[0].stages.length > 3);
});

await step("refusals", async () => {
  const taken = await refused(() => crm.contacts.basicApi.create({ properties: { email: "many1@foreign.example" }, associations: [] }));
  assert.equal(taken.code, 409);
  assert.match(taken.body.message, /Existing ID: \d+/);
  const unknown = await refused(() => crm.contacts.basicApi.create({ properties: { nonsense: "x" }, associations: [] }));
  assert.equal(unknown.code, 400);
  assert.equal(unknown.body.category, "VALIDATION_ERROR");
  const stranger = new Client({ accessToken: "no", basePath });
  assert.equal((await refused(() => stranger.crm.owners.ownersApi.getPage())).code, 401);
});
