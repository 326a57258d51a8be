// What both scripts do: a line for each step that worked, and the error of what should be refused.
import assert from "node:assert/strict";

export async function step(name, work) {
  await work();
  console.log(`ok ${name}`);
}

export async function refused(work) {
  try {
    await work();
  } catch (error) {
    return error;
  }
  assert.fail("this should have been refused");
}
