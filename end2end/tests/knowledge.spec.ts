import { clinic } from "../support/aida";
import { expect, hydrated, test } from "../support/test";

const knowledge = `/admin/${clinic.slug}/knowledge-base`;

test("an article that was just written is what a caller would be answered", async ({ staff }) => {
  await staff.goto(`${knowledge}/new`);
  await hydrated(staff);
  await staff.getByLabel("Title").fill("Do you lend umbrellas?");
  await staff.getByLabel("Category").fill("Services");
  await staff.getByLabel("Text").fill("Yes. **Umbrellas** hang beside the front door; bring yours back within a week.");
  await expect(staff.locator("strong", { hasText: "Umbrellas" }), "the preview follows").toBeVisible();
  await staff.getByRole("button", { name: "Save" }).click();
  await expect(staff).toHaveURL(/knowledge-base\/[0-9a-f-]{36}/);

  await staff.goto(knowledge);
  await hydrated(staff);
  await staff.getByRole("textbox", { name: "A caller's question" }).fill("can I borrow an umbrella");
  await staff.getByRole("button", { name: "Ask", exact: true }).click();

  await expect(staff.getByText(/beside the front door/).first()).toBeVisible();
  await expect(staff).toHaveURL(/ask=/);
});

test("a changed article is kept, and shown as it was saved", async ({ staff }) => {
  await staff.goto(knowledge);
  await staff.getByRole("row").getByRole("link").first().click();
  await hydrated(staff);
  const text = staff.getByLabel("Text");
  const before = await text.inputValue();

  await text.fill(`${before}\n\nAsk for the blue form.`);
  await staff.getByRole("button", { name: "Save" }).click();

  await expect(staff.getByText("Saved. The next caller who asks hears it.")).toBeVisible();
  await staff.reload();
  await expect(text).toHaveValue(/Ask for the blue form\./);
});

test("two people who write at once do not overwrite each other", async ({ staff, context, complaints }) => {
  await staff.goto(knowledge);
  const address = await staff.getByRole("row").getByRole("link").last().getAttribute("href");
  const colleague = await context.newPage();
  for (const page of [staff, colleague]) {
    await page.goto(address!);
    await hydrated(page);
  }
  await staff.getByLabel("Text").fill("The first word.");
  await staff.getByRole("button", { name: "Save" }).click();
  await expect(staff).toHaveURL(/saved=/);

  await colleague.getByLabel("Text").fill("The second word.");
  await colleague.getByRole("button", { name: "Save" }).click();

  await expect(colleague.getByRole("alert")).toBeVisible();
  await expect(colleague.getByLabel("Text")).toHaveValue("The second word.");
  await expect(colleague.getByRole("alert")).toContainText("Somebody else was faster");
  expect(complaints.splice(0)).toEqual([expect.stringMatching(/409.*\/rpc\/save_article/)]);
});
