// What happens to those who mean ill, are in a hurry, or were away too long.
import type { APIResponse, Page } from "@playwright/test";

import { clinic, cookoff, demoPassword, demoUser, reader, stranger } from "../support/aida";
import { expect, hydrated, signIn, test } from "../support/test";

const admin = `/admin/${cookoff.slug}`;
const knowledge = `${admin}/knowledge-base`;
const attack = `</title></textarea>"><img src=x onerror="document.documentElement.dataset.owned='yes'">{{7*7}}`;

/** Sends a form of the page with other values: as a program would, or (`plain`) as a browser without scripts does. */
async function send(page: Page, button: string, values: Record<string, string>, plain = false): Promise<APIResponse> {
  const form = page.locator("form", { has: page.getByRole("button", { name: button, includeHidden: true }) });
  const [address, fields] = await form.evaluate((form: HTMLFormElement) => [
    form.action,
    Object.fromEntries([...form.elements].filter((e) => "name" in e && e.name).map((e) => [(e as HTMLInputElement).name, (e as HTMLInputElement).value])),
  ]);
  const headers: Record<string, string> = { referer: page.url(), accept: plain ? "text/html" : "application/json" };
  headers.origin = new URL(page.url()).origin;
  return page.request.post(address as string, { form: { ...(fields as Record<string, string>), ...values }, headers, maxRedirects: 0 });
}

test("who may only read is offered no way to write, and refused when they try all the same", async ({ page }) => {
  await signIn(page, demoPassword, reader);
  await page.waitForURL(/\/admin\//);
  await page.goto(knowledge);
  await hydrated(page);
  await expect(page.getByRole("link", { name: "New article" })).toHaveCount(0);

  await page.goto(`${admin}/voice`);
  await hydrated(page);
  await expect(page.getByRole("button", { name: "Save draft" })).toBeDisabled();
  const refused = await send(page, "Save draft", { voice: "marin", patience: "normal" });
  expect(refused.status()).toBe(403);
  expect(await refused.json()).toEqual({ Forbidden: "Manager" });

  const back = await send(page, "Save draft", { voice: "marin", patience: "normal" }, true);
  expect(back.status(), "a plain form leads back").toBe(302);
  await page.goto(back.headers().location);
  await expect(page.getByRole("alert").first()).toContainText("Your role does not allow this");
});

test("a form cannot reach into another organisation", async ({ staff, browser, baseURL }) => {
  const page = await browser.newPage({ baseURL });
  await signIn(page, demoPassword, stranger);
  await page.waitForURL(/\/admin\//);
  await page.goto(`/admin/${clinic.slug}/knowledge-base/new`);
  const values = { title: "Ours", category: "Ours", body: "Ours" };

  expect((await send(page, "Save", { ...values, slug: cookoff.slug })).status()).toBe(404);
  const address = await foreignArticle(staff);
  const id = address.split("/").pop()!;
  expect((await send(page, "Save", { ...values, id, version: "1" })).status()).toBe(404);

  await staff.goto(address);
  await expect(staff.getByLabel("Title")).not.toHaveValue("Ours");
});

test("nonsense and floods are refused with a reason", async ({ staff }) => {
  await staff.goto(`${knowledge}/new`);
  const values = { title: "T", category: "C", body: "B" };
  for (const wrong of [{ title: "" }, { title: "x".repeat(5_000) }, { body: "x".repeat(1_000_000) }, { version: "first" }]) {
    const answer = await send(staff, "Save", { ...values, ...wrong });
    expect(answer.status(), JSON.stringify(wrong).slice(0, 40)).toBe(422);
    // What is wrong with a field is told at the field; what no form of ours sends is told in one sentence.
    expect(Object.keys(await answer.json())).toEqual(["version" in wrong ? "Invalid" : "Fields"]);
  }
  // The server may hang up on a flood before it has read all of it.
  const flood = send(staff, "Save", { ...values, body: "x".repeat(20_000_000) });
  expect(await flood.then((answer) => answer.ok(), () => false), "20 MB").toBe(false);
  expect((await send(staff, "Save", { ...values, id: "nonsense" })).status()).toBe(404);
  for (const path of ["/admin/%0a", "/admin/%0d%0aSet-Cookie:x", `${admin}/calls/%00`, `${admin}/calls?page=-1&status=%00`]) {
    expect((await staff.request.get(path)).status(), path).toBeLessThan(500);
  }
});

test("what people write stays text wherever it is shown", async ({ staff }) => {
  await staff.goto(`${knowledge}/new`);
  await hydrated(staff);
  await staff.getByLabel("Title").fill(attack);
  await staff.getByLabel("Category").fill(attack.slice(0, 60));
  await staff.getByLabel("Text").fill(`${attack}\n\n<script>document.documentElement.dataset.owned='yes'</script>`);
  await staff.getByRole("button", { name: "Save" }).click();
  await expect(staff).toHaveURL(/saved=/);
  const article = staff.url();

  await staff.goto(`${admin}/calls`);
  const call = (await staff.locator(`a[href^="${admin}/calls/"]`).first().getAttribute("href"))!;
  await staff.goto(call);
  await hydrated(staff);
  await staff.getByLabel("Notes").fill(attack);
  await staff.getByRole("button", { name: "Save notes" }).click();
  await expect(staff.getByText("Notes saved")).toBeVisible();

  const query = encodeURIComponent(attack);
  for (const path of [article, knowledge, call, `${knowledge}?ask=${query}`, `${admin}/calls?q=${query}`, `/login?problem=${query}&next=${query}`]) {
    await staff.goto(path);
    await hydrated(staff);
    await expect(staff.locator("html"), path).not.toHaveAttribute("data-owned");
    await expect(staff.locator("img[src=x]"), path).toHaveCount(0);
  }
  await staff.goto(call);
  await expect(staff.getByLabel("Notes")).toHaveValue(attack);
});

test("a session that ended while somebody wrote costs them nothing", async ({ page, complaints }) => {
  await signIn(page, demoPassword);
  await page.waitForURL(/\/admin\//);
  await page.goto(`${knowledge}/new`);
  await hydrated(page);
  await page.getByLabel("Title").fill("Written slowly");
  await page.getByLabel("Category").fill("Patience");
  await page.getByLabel("Text").fill("It took a while.");
  await page.context().clearCookies();

  await page.getByRole("button", { name: "Save" }).click();
  await expect(page.getByRole("alert")).toContainText("Please sign in again");
  expect(complaints.splice(0)).toEqual(expect.arrayContaining([expect.stringMatching(/401.*\/rpc\/save_article/)]));

  const [tab] = await Promise.all([page.waitForEvent("popup"), page.getByRole("link", { name: "sign in in another tab" }).click()]);
  await hydrated(tab);
  await tab.getByLabel(/e-?mail/i).fill(demoUser);
  await tab.getByLabel(/password/i).fill(demoPassword);
  await tab.getByRole("button", { name: /sign in/i }).click();
  await tab.waitForURL(/\/admin\//);
  await page.getByRole("button", { name: "Save" }).click();
  await expect(page).toHaveURL(/saved=1/);
  // The preview, too, was asked for while nobody was signed in.
  for (const complaint of complaints.splice(0)) expect(complaint).toMatch(/401.*\/rpc\/preview/);
});

test("a hurried double click keeps one article, and the way back works", async ({ staff }) => {
  await staff.goto(knowledge);
  await hydrated(staff);
  await staff.getByRole("link", { name: "New article" }).click();
  await staff.getByLabel("Title").fill("Clicked twice");
  await staff.getByLabel("Category").fill("Hurry");
  await staff.getByLabel("Text").fill("Once is enough.");
  await staff.getByRole("button", { name: "Save" }).dblclick();
  await expect(staff).toHaveURL(/saved=/);

  await staff.getByRole("link", { name: "All articles" }).click();
  await expect(staff.getByRole("link", { name: "Clicked twice" })).toHaveCount(1);
  await staff.goBack();
  await expect(staff.getByLabel("Title")).toHaveValue("Clicked twice");
});

test("two people at one draft do not overwrite each other", async ({ staff, context, complaints }) => {
  const colleague = await context.newPage();
  for (const page of [staff, colleague]) {
    await page.goto(`/admin/${clinic.slug}/voice`);
    await hydrated(page);
  }
  await staff.getByLabel("How it behaves").fill("Be brief.");
  await staff.getByRole("button", { name: "Save draft" }).click();
  await expect(staff.getByText("Draft saved.")).toBeVisible();

  await colleague.getByLabel("How it behaves").fill("Talk at length.");
  await colleague.getByRole("button", { name: "Save draft" }).click();

  await expect(colleague.getByRole("alert").first()).toContainText("Somebody else was faster");
  await expect(colleague.getByLabel("How it behaves")).toHaveValue("Talk at length.");
  expect(complaints.splice(0)).toEqual([expect.stringMatching(/409.*\/rpc\/save_draft/)]);
  await staff.reload();
  await expect(staff.getByLabel("How it behaves")).toHaveValue("Be brief.");
});

test.describe("without scripts", () => {
  test.use({ javaScriptEnabled: false });

  test("an article is written, and a conflict is told on the page", async ({ staff, context }) => {
    await staff.goto(`${knowledge}/new`);
    await staff.getByLabel("Title").fill("Written without scripts");
    await staff.getByLabel("Category").fill("Plain");
    await staff.getByLabel("Text").fill("The first word.");
    await staff.getByRole("button", { name: "Save" }).click();
    await expect(staff).toHaveURL(/saved=1/);
    const colleague = await context.newPage();
    await colleague.goto(staff.url());

    await staff.getByLabel("Text").fill("The second word.");
    await staff.getByRole("button", { name: "Save" }).click();
    await expect(staff).toHaveURL(/saved=2/);
    await colleague.getByLabel("Text").fill("The third word.");
    await colleague.getByRole("button", { name: "Save" }).click();

    await expect(colleague.getByRole("alert")).toContainText("Somebody else was faster");
    await expect(colleague.getByLabel("Text"), "it can be copied").toHaveValue("The third word.");
    await colleague.reload();
    await expect(colleague.getByRole("alert")).toHaveCount(0);
    await expect(colleague.getByLabel("Text")).toHaveValue("The second word.");
  });
});

async function foreignArticle(staff: Page): Promise<string> {
  await staff.goto(knowledge);
  return (await staff.locator(`a[href^="${knowledge}/"]:not([href$="/new"])`).first().getAttribute("href"))!;
}
