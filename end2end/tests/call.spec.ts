// A telephone call, seen by staff: while it runs, and afterwards.
import type { Page } from "@playwright/test";

import { call, cookoff } from "../support/aida";
import { expect, hydrated, test } from "../support/test";

const caller = { number: "+14155550199", shown: "+1 415 555 0199" };

test("a call appears while it runs, streams its words, and is played back afterwards", async ({ staff }) => {
  test.setTimeout(120_000);
  await staff.goto(`/admin/${cookoff.slug}/live`);
  await hydrated(staff);
  await expect(staff.getByText("Nobody is on the line")).toBeVisible();

  const question = "When is the next cookoff and what does a VIP ticket cost?";
  const { over } = call(cookoff.number, "--from", caller.number, "--text", question);

  const card = staff.getByRole("article", { name: `Call from ${caller.shown}` });
  await test.step("the call rings on the page", async () => {
    await expect(card).toBeVisible();
  });
  await test.step("what is said streams in", async () => {
    const words = card.getByRole("log");
    await expect(words).toContainText("VIP ticket cost", { timeout: 40_000 });
    await expect(words).toContainText(/dollars/, { timeout: 40_000 });
    await staff.screenshot({ path: "screenshots/live-call.png" });
  });
  await over;
  await test.step("the end shows too", async () => {
    await card.getByRole("link", { name: "Open the call" }).click();
    await expect(staff).toHaveURL(/\/calls\/[0-9a-f-]{36}/);
  });

  await expect(staff.getByRole("heading", { level: 1 })).toContainText(caller.shown);
  await expect(staff.getByText(question)).toBeVisible();
  await test.step("the recording plays", async () => {
    await expect.poll(() => audio(staff, "duration")).toBeGreaterThan(5);
    await staff.locator("audio").evaluate((media: HTMLAudioElement) => media.play());
    await expect.poll(() => audio(staff, "currentTime")).toBeGreaterThan(0.5);
    await staff.locator("audio").evaluate((media: HTMLAudioElement) => media.pause());
  });
  await test.step("a click on a sentence goes to where it was said", async () => {
    const said = staff.getByRole("listitem").filter({ hasText: question });
    const at = seconds(await said.getByTitle("Play from here").innerText());
    await said.getByText(question).click();
    await expect.poll(async () => Math.abs((await audio(staff, "currentTime")) - at)).toBeLessThan(3);
    await expect(said).toHaveAttribute("aria-current", "true");
  });
  await test.step("notes are kept", async () => {
    await staff.getByLabel("Notes").fill("Asked about VIP. Call back on Friday.");
    await staff.getByRole("button", { name: "Save notes" }).click();
    await expect(staff.getByText("Notes saved")).toBeVisible();
    await staff.reload();
    await expect(staff.getByLabel("Notes")).toHaveValue("Asked about VIP. Call back on Friday.");
  });
});

test("a call is found again by its number", async ({ staff }) => {
  await call(cookoff.number, "--from", "+14155550177", "--text", "Good afternoon!").over;

  await staff.goto(`/admin/${cookoff.slug}/calls?q=0177`);

  await expect(staff.getByRole("row").filter({ hasText: "+1 415 555 0177" }).first()).toBeVisible();
  await expect(staff.getByRole("row").filter({ hasText: "+1 415 555 01" }).filter({ hasNotText: "0177" })).toHaveCount(0);
});

test("staff end a call", async ({ staff }) => {
  await staff.goto(`/admin/${cookoff.slug}/live`);
  await hydrated(staff);
  const from = "+14155550188";
  const { over } = call(cookoff.number, "--from", from, "--text", "Please tell me everything about all of your events.");

  const card = staff.getByRole("article", { name: "Call from +1 415 555 0188" });
  await expect(card.getByRole("log")).toContainText(/\w{3}/);
  await card.getByRole("button", { name: "End" }).click();
  await staff.getByRole("dialog").getByRole("button", { name: /end/i }).click();

  await expect(card.getByRole("link", { name: "Open the call" })).toBeVisible();
  await over;
});

async function audio(page: Page, what: "duration" | "currentTime"): Promise<number> {
  return page.locator("audio").evaluate((media: HTMLAudioElement, what) => media[what], what);
}

/** `1:05` as seconds. */
function seconds(clock: string): number {
  return clock.split(":").reduce((total, part) => total * 60 + Number(part), 0);
}
