import { demoPassword, demoUser } from "../support/aida";
import { expect, signIn, test } from "../support/test";

test("a wrong password is refused in plain words", async ({ page, complaints }) => {
  await signIn(page, "wrong");

  await expect(page.getByRole("alert")).toContainText(/password/i);
  await expect(page).toHaveURL(/\/login/);
  // The browser remarks on the refusal if its scripts were there before the click.
  expect(complaints.splice(0).filter((complaint) => !/401.*\/rpc\/sign_in/.test(complaint))).toEqual([]);
});

test("the right password leads to the organisation", async ({ page }) => {
  await signIn(page, demoPassword);

  await expect(page).toHaveURL(/\/admin\//);
  await expect(page.getByRole("heading", { level: 1 })).toBeVisible();
});

test("the keyboard alone is enough to sign in", async ({ page }) => {
  await page.goto("/login");
  await page.getByLabel(/e-?mail/i).focus();
  await page.keyboard.type(demoUser);
  await page.keyboard.press("Tab");
  await page.keyboard.type(demoPassword);
  await page.keyboard.press("Enter");

  await expect(page).toHaveURL(/\/admin\//);
});

test("a page that needs a sign-in asks for it", async ({ page }) => {
  await page.goto("/admin/soup-cookoff/calls");

  await expect(page).toHaveURL(/\/login/);
});

test("an organisation of others cannot be told from one that does not exist", async ({ staff, complaints }) => {
  const answer = await staff.goto("/admin/somebody-else/calls");

  expect(answer?.status()).toBe(404);
  expect(complaints.splice(0).every((complaint) => complaint.includes("404"))).toBe(true);
});
