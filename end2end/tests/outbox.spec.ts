import { cookoff } from "../support/aida";
import { expect, hydrated, test } from "../support/test";

const outbox = `/admin/${cookoff.slug}/outbox`;

test("what did not arrive is found, sent again, and seen to arrive while the page is open", async ({ staff }) => {
  await staff.goto(outbox);
  await hydrated(staff);
  await staff.getByLabel("State").selectOption("Needs a look");
  await staff.getByRole("button", { name: "Apply" }).click();
  await expect(staff).toHaveURL(/state=trouble/);
  const row = staff.getByRole("row", { name: /415 555 0187/ });
  await expect(row).toContainText("the telephone network reports that it did not arrive");
  await row.getByRole("button", { name: "Send again" }).click();
  await expect(row, "it is no longer among those that need a look").toBeHidden();

  await staff.goto(outbox);
  await hydrated(staff);
  await expect(staff.getByRole("row", { name: /415 555 0187/ })).toContainText("Delivered");
  await staff.getByRole("row", { name: /415 555 0187/ }).locator("summary").click();
  await expect(staff.getByText(/sent again by Dana Demo/)).toBeVisible();
});

test.describe("without scripts", () => {
  test.use({ javaScriptEnabled: false });

  test("messages are filtered by their address and read", async ({ staff }) => {
    await staff.goto(`${outbox}?channel=mail`);
    await expect(staff.getByRole("row", { name: /robin@example.org/ })).toBeVisible();
    await expect(staff.getByRole("row", { name: /415 555/ })).toHaveCount(0);
    await staff.locator("summary", { hasText: "Thank you for calling" }).click();
    await expect(staff.getByText("You reach us again at")).toBeVisible();
  });
});
