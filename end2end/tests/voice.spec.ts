// What an owner changes in the assistant, the next caller hears.
import { readFileSync } from "node:fs";

import type { Page } from "@playwright/test";

import { call, coffee } from "../support/aida";
import { expect, hydrated, test } from "../support/test";

const voice = `/admin/${coffee.slug}/voice`;

test.describe.configure({ mode: "serial" });

test("an edited greeting is heard by the next caller, once it is published", async ({ staff }, run) => {
  test.setTimeout(120_000);
  await staff.goto(voice);
  await hydrated(staff);
  await staff.getByLabel("First sentence").fill("Woof woof, {organisation} here. This is {assistant}, an AI assistant. What may I pour you?");
  await expect(staff.getByText("Woof woof, Mangy Dog Coffee here.")).toBeVisible();
  await staff.getByRole("radio", { name: /cedar/i }).check();
  await staff.getByRole("button", { name: "Save draft" }).click();
  await expect(staff.getByText("Draft saved.")).toBeVisible();
  expect(await greetingHeardBy("+14155550161", staff, run.outputPath("before.wav"))).not.toContain("Woof");

  await staff.goto(`${voice}?view=compare`);
  await hydrated(staff);
  await expect(staff.getByRole("heading", { name: "First sentence" })).toBeVisible();
  await expect(staff.getByRole("heading", { name: "Voice", level: 3 })).toBeVisible();
  await staff.getByRole("button", { name: /publish/i }).click();

  await expect(staff).toHaveURL(/view=history/);
  await expect(staff.getByRole("listitem").filter({ hasText: /Version \d/ }).first()).toContainText("Callers hear it");
  expect(await greetingHeardBy("+14155550162", staff, run.outputPath("after.wav"))).toContain("Woof woof, Mangy Dog Coffee here.");
});

test("the draft is tried by typing", async ({ staff }) => {
  await staff.goto(voice);
  await hydrated(staff);
  await staff.getByRole("button", { name: "Start" }).click();
  const trial = staff.getByRole("log", { name: "Trial" });
  await expect(trial).toContainText("Woof woof", { timeout: 20_000 });

  await staff.getByLabel("What a caller would say").fill("How much is a latte?");
  await staff.getByRole("button", { name: "Say it" }).click();

  await expect(trial).toContainText("How much is a latte?");
  await expect(trial).toContainText(/dollar|cents/, { timeout: 20_000 });
  await staff.screenshot({ path: "screenshots/try-it.png" });
  await staff.getByRole("button", { name: "Hang up" }).click();
  await expect(trial).toContainText("The trial is over");
});

test("going back to an earlier version reaches the next caller too", async ({ staff }, run) => {
  await staff.goto(`${voice}?view=history`);
  await hydrated(staff);
  await staff.getByRole("button", { name: "Go back to it" }).first().click();
  await staff.getByRole("dialog").getByRole("button", { name: "Go back", exact: true }).click();

  await expect(staff.getByRole("listitem").filter({ hasText: /Version \d/ }).first()).toContainText("Back to version");
  expect(await greetingHeardBy("+14155550163", staff, run.outputPath("back.wav"))).not.toContain("Woof");
});

/** Calls, says a word, and gives what the assistant said first, from the page of that call. */
async function greetingHeardBy(number: string, staff: Page, reply: string): Promise<string> {
  await call(coffee.number, "--from", number, "--text", "Hello!", "--out", reply).over;
  expect(readFileSync(reply).length, "the caller heard seconds of audio").toBeGreaterThan(30_000);

  const page = await staff.context().newPage();
  await page.goto(`/admin/${coffee.slug}/calls?q=${number.slice(-4)}`);
  const address = await page.getByRole("row").getByRole("link").first().getAttribute("href");
  await page.goto(address!);
  const said = page.getByRole("listitem").filter({ hasText: "Assistant" }).first();
  await expect(said).toBeVisible();
  const words = await said.innerText();
  await page.close();
  return words;
}
